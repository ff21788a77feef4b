/**
 * npm run bench:up — `./lab up` from ready caches to the moved guest, against the plain script that does the same by
 * virsh and ssh (plain-lab.sh), alternately, three times each; prints every run and the medians.
 */
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { textTable } from "../cli/table";
import { guestDefinition } from "../components/guest-definition";
import { hypervisorFolders, startHypervisor, stopHypervisor } from "../machines/hypervisor";
import { ensureGuestImage, ensureHostImage } from "../machines/images";
import { newKeyPair } from "../provider/host/new-key-pair";
import { checkSettings } from "../stacks/settings";
import { addressesOf, firstGuest, topologyOf } from "../stacks/topology/topology";
import { render } from "../templates/render";
import { median } from "./median";

const runs = Number(process.env.BENCH_RUNS ?? 3);
/** The lab of the tests: a user's own is left alone. */
const stack = "test";
const project = join(__dirname, "..");
const limitMs = 15 * 60_000;

/** One run of ./lab up on nothing, in seconds. */
async function labUp(): Promise<number> {
  await execa(join(project, "lab"), ["down", stack], { reject: false, timeout: limitMs });
  const started = performance.now();
  await execa(join(project, "lab"), ["up", stack, "--json"], { timeout: limitMs });
  const seconds = (performance.now() - started) / 1000;
  await execa(join(project, "lab"), ["down", stack], { timeout: limitMs });
  return seconds;
}

/** One run of the plain script in a private hypervisor of its own, in seconds; preparations do not count. */
async function plain(): Promise<number> {
  const work = await mkdtemp(join(tmpdir(), "plain-"));
  const lab = "bench-plain";
  try {
    const servers = addressesOf(topologyOf(checkSettings({})));
    const hypervisor = await startHypervisor(
      lab,
      { host: await ensureHostImage(() => {}), servers },
      "tcg",
      () => {},
    );
    await writeInputs(work);
    const ssh = (name: string) => `${hypervisor.ssh[name]?.address} ${hypervisor.ssh[name]?.port}`;
    const started = performance.now();
    const { stdout } = await execa("sh", [join(__dirname, "plain-lab.sh")], {
      timeout: limitMs,
      env: {
        WORK: work,
        LIBVIRT_URI: hypervisor.uri,
        IMAGES: join(hypervisorFolders(lab).lib, "images"),
        BASE_IMAGE: hypervisor.baseVolume.path,
        KERNEL: hypervisor.kernel,
        INITRD: hypervisor.initrd,
        CMDLINE: hypervisor.cmdline,
        SSH_nfs: ssh("nfs"),
        SSH_source: ssh("source"),
        SSH_target: ssh("target"),
      },
    });
    const seconds = (performance.now() - started) / 1000;
    console.log(stdout.match(/^stage .*$/gm)?.join("; "));
    return seconds;
  } finally {
    await stopHypervisor(lab);
    await rm(work, { recursive: true, force: true });
  }
}

/** Keys, identities and definitions for the script: what its author would have at hand. */
async function writeInputs(work: string): Promise<void> {
  const operator = newKeyPair();
  await writeFile(join(work, "key"), operator.private, { mode: 0o600 });
  const known: string[] = [];
  for (const hostName of ["nfs", "source", "target"]) {
    const hostKey = newKeyPair();
    known.push(`${hostName} ${hostKey.public.split(" ").slice(0, 2).join(" ")}\n`);
    const userData = render("machine/user-data.sh", {
      hostName,
      authorizedKey: operator.public.trim(),
      hostPublicKey: hostKey.public.trim(),
      hostPrivateKey: hostKey.private,
    });
    await writeFile(join(work, "user-data"), userData, { mode: 0o600 });
    await writeFile(join(work, "meta-data"), `instance-id: ${hostName}\n`);
    const iso = ["-quiet", "-volid", "cidata", "-joliet", "-rock", "-output", join(work, `${hostName}.iso`)];
    await execa("genisoimage", [...iso, join(work, "user-data"), join(work, "meta-data")]);
  }
  await writeFile(join(work, "known_hosts"), known.join(""));
  const topology = topologyOf(checkSettings({}));
  const guest = guestDefinition(topology, firstGuest(topology), "kvm");
  await writeFile(join(work, "guest.xml"), guest);
  await copyFile((await ensureGuestImage(() => {})).bundle, join(work, "guest.tar.gz"));
  for (const file of ["machine.xml", "network.xml"])
    await copyFile(join(__dirname, "plain", file), join(work, file));
}

async function main(): Promise<void> {
  // The caches are made ready first, and that is no part of any run.
  await labUp();
  const times: { lab: number[]; plain: number[] } = { lab: [], plain: [] };
  for (let run = 1; run <= runs; run++) {
    times.plain.push(await plain());
    times.lab.push(await labUp());
    console.log(
      `run ${run}: plain ${times.plain.at(-1)?.toFixed(1)} s, ./lab up ${times.lab.at(-1)?.toFixed(1)} s`,
    );
  }
  const [labMedian, plainMedian] = [median(times.lab), median(times.plain)];
  const row = (what: string, values: readonly number[]) => [
    what,
    ...values.map((value) => value.toFixed(1)),
    median(values).toFixed(1),
  ];
  const head = ["seconds", ...times.lab.map((_, index) => `run ${index + 1}`), "median"];
  console.log(textTable(head, [row("./lab up", times.lab), row("plain script", times.plain)]));
  console.log(`ratio of the medians: ${(labMedian / plainMedian).toFixed(2)}`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
