import { randomUUID } from "node:crypto";
import { appendFile, mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import type { HostConnection } from "kvmlab-provider/host/host-connection";
import { HostPool } from "kvmlab-provider/host/host-pool";
import { hostConnection } from "kvmlab-provider/resources/inputs";
import { z } from "zod";
import { LabError } from "../../../errors/lab-error";
import { buildOnce, contentKey } from "../../../toolchain/cache";
import { ensureDebianPackages } from "../../../toolchain/debian-packages";
import { withAllOfIt } from "../../../toolchain/programs/ends-with-us";
import type { Progress } from "../../../toolchain/progress";
import type { PulumiToolchain } from "../../../toolchain/pulumi";
import { complaintsIn } from "../../../toolchain/pulumi/engine-diagnostics";
import {
  type BootableImage,
  type Hypervisor,
  hypervisorFolders,
  hypervisorPackages,
  inHypervisor,
  type ServerAddresses,
  saveFolder,
  type WarmMachines,
} from "../../hypervisor";
import { warmServers } from "../../hypervisor/hypervisor";
import { suspendAll } from "../../hypervisor/machines-together";
import { recipeParts } from "../../images/recipe-parts";
import { bootKind, machinesIn, sealBoot, usableBoot } from "../boot-snapshots";
import { makeRoom } from "../make-room";
import { inOwnHypervisor } from "./own-hypervisor";

/** Servers whose booted state should be kept. */
export interface HostsToKeep {
  readonly image: BootableImage;
  readonly acceleration: "kvm" | "tcg";
  /** A lab's whole configuration, by key, and the guest's files: what is kept is that lab, before its guest is moved. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly guestKey: string;
  /** Where its servers are to be found, as its settings say. */
  readonly servers: ServerAddresses;
  /** Where its hosts have the guest's files. */
  readonly mountPoint: string;
}

/** The Pulumi project of a lab. */
const name = "kvm-migration-lab";
const project = resolve(__dirname, "../../..");
/** What a memory fits to, beside the image. */
const memoryPrograms = ["/usr/bin/qemu-system-x86_64", "/usr/sbin/libvirtd"];
const bootLimitMs = 10 * 60_000;
const saveLimitMs = 120_000;
const sleepLimitMs = 300_000;

/**
 * The kept servers, if they were made before and are whole: nothing is started. What is there and not as it was written is
 * said, and removed.
 */
export async function keptHosts(hosts: HostsToKeep, progress: Progress): Promise<WarmMachines | undefined> {
  const key = await keyOfHosts(hosts);
  const set = key === undefined ? undefined : await usableBoot(key, progress);
  return set && { ...set, guestKey: hosts.guestKey };
}

/**
 * Builds a lab once, with its guest where it starts, has its servers forget who they are, and saves them: memory and disk
 * together, never one without the other.
 *
 * @throws LabError KVM-359 when they do not boot or cannot be saved
 */
export async function keepHosts(
  hosts: HostsToKeep,
  toolchain: PulumiToolchain,
  progress: Progress,
): Promise<WarmMachines> {
  await ensureDebianPackages(hypervisorPackages, progress);
  const key = await keyOfHosts(hosts);
  if (key === undefined) throw notKept("QEMU and libvirt on this machine", "none");
  let made = false;
  const make = async (staging: string) => {
    await bootAndSave(hosts, toolchain, key, staging, progress);
    made = true;
  };
  const folder = await buildOnce(bootKind, key, make, progress);
  // Whoever waited for another process leaves that to it.
  if (made) await makeRoom(key, progress);
  return { ...machinesIn(folder, key), guestKey: hosts.guestKey };
}

/**
 * All that a saved machine depends on: what it is made from and by, and what it was told of the processor. The image also by
 * its file: one that was removed and built again has the same key and other blocks, and no disk made from the old one fits it.
 * Undefined where this machine has no QEMU or libvirt yet.
 */
export async function keyOfHosts(
  { image, acceleration, settings, guestKey }: HostsToKeep,
  programs: readonly string[] = memoryPrograms,
): Promise<string | undefined> {
  const stats = await Promise.all([...programs, image.disk].map((path) => stat(path).catch(() => undefined)));
  if (stats.includes(undefined)) return undefined;
  const sources = ["components", "stacks/topology", "templates", "machines/snapshots/boots"];
  return contentKey([
    image.key,
    acceleration,
    JSON.stringify(settings),
    guestKey,
    ...stats.map((file) => `${file?.size} ${file?.mtimeMs}`),
    cpus()[0]?.model ?? "",
    ...(await Promise.all(sources.map((folder) => recipeParts(join(project, folder))))).flat(),
  ]);
}

async function bootAndSave(
  { image, acceleration, settings, servers, mountPoint }: HostsToKeep,
  toolchain: PulumiToolchain,
  key: string,
  staging: string,
  progress: Progress,
): Promise<void> {
  progress("booting the servers once, to keep their memory");
  await inOwnHypervisor(`hosts-${key}`, { host: image, servers }, acceleration, async (hypervisor) => {
    const { lab } = hypervisor;
    const machines = await buildLab(lab, settings, toolchain, join(staging, "pulumi"));
    progress("saving the servers");
    await allPaused(machines, mountPoint);
    // Together: what one has sent, the other has got or will be sent again.
    await suspendAll(hypervisor, warmServers).catch((error: Error) => {
      throw notKept("the servers to rest", error.message);
    });
    await Promise.all(warmServers.map((role) => virsh(hypervisor, ["managedsave", "--running", role])));
    const { lib } = hypervisorFolders(lab);
    for (const role of warmServers) {
      await rename(join(saveFolder({ lib }), `${role}.save`), join(staging, `${role}.save`));
      await rename(join(lib, "images/lab", `${role}.qcow2`), join(staging, `${role}.qcow2`));
    }
  });
  await rm(join(staging, "pulumi"), { recursive: true });
  await sealBoot(staging, key);
}

/** The lab by its own program, in a stack that nobody needs afterwards. */
async function buildLab(
  lab: string,
  settings: HostsToKeep["settings"],
  toolchain: PulumiToolchain,
  state: string,
): Promise<HostConnection[]> {
  await mkdir(state, { recursive: true });
  const pulumi = async (args: readonly string[], cwd = project) => {
    const [program, ...own] = withAllOfIt;
    const result = await execa(program, [...own, toolchain.pulumi, ...args, "--non-interactive"], {
      cwd,
      reject: false,
      timeout: bootLimitMs,
      env: {
        ...toolchain.env,
        PULUMI_BACKEND_URL: `file://${state}`,
        PULUMI_CONFIG_PASSPHRASE: randomSecret,
        KVMLAB_HYPERVISOR: hypervisorFolders(lab).record,
      },
    });
    if (result.exitCode === 0) return result.stdout;
    throw notKept(
      `pulumi ${args[0]} of the servers to succeed`,
      complaintsIn(`${result.stdout}\n${result.stderr}`),
    );
  };
  // `stack init` writes its salt beside the project's file: not into the work tree.
  const config = join(state, `Pulumi.${lab}.yaml`);
  const own = Object.entries(settings).map(([key, value]) => [`${name}:${key}`, value]);
  await writeFile(join(state, "Pulumi.yaml"), `name: ${name}\nruntime: nodejs\n`);
  await pulumi(["stack", "init", lab], state);
  await appendFile(config, `config: ${JSON.stringify(Object.fromEntries(own))}\n`);
  await pulumi(["up", "--yes", "--skip-preview", "--stack", lab, "--config-file", config]);
  const shown = await pulumi(["stack", "output", "hosts", "--json", "--show-secrets", "--stack", lab]);
  return z.array(hostConnection).parse(JSON.parse(shown));
}

/** For a state that is removed a minute later. */
const randomSecret = randomUUID();

async function allPaused(machines: readonly HostConnection[], mountPoint: string): Promise<void> {
  const pool = new HostPool();
  try {
    await Promise.all(machines.map((machine) => pauseAll(machine, pool, mountPoint)));
  } finally {
    pool.close();
  }
}

/**
 * Its own session tells when its sshd has stopped, and outlives it. Knocking from outside would have sshd answer every time,
 * which takes an emulated server longer than falling asleep.
 */
async function pauseAll(machine: HostConnection, pool: HostPool, mountPoint: string): Promise<void> {
  await on(machine, pool, paused, [mountPoint], sleepLimitMs);
  // Its last command has ended by then, and its first look at the identity disk is over.
  await sleep(1_000);
}

/**
 * QEMU reads its guest's kernel also where the guest comes from another host, 40 MB across the share: what target has read
 * before, it has in the memory that is kept.
 */
const paused = `cat "$1"/*/vmlinux "$1"/*/initrd.img > /dev/null 2>&1
systemctl start --no-block lab-wake; while systemctl --quiet is-active lab-sshd; do sleep 1; done`;

async function on(
  machine: HostConnection,
  pool: HostPool,
  script: string,
  args: readonly string[],
  timeoutMs: number,
): Promise<void> {
  const options = { timeoutMs, signal: AbortSignal.timeout(timeoutMs) };
  const { exitCode, stderr } = await pool.script(machine, script, args, options);
  if (exitCode !== 0) throw notKept(`${machine.name}: ${script}`, stderr.trim());
}

async function virsh(hypervisor: Hypervisor, args: readonly string[]): Promise<void> {
  const result = await inHypervisor(hypervisor, ["virsh", ...args], { timeoutMs: saveLimitMs });
  if (result.exitCode !== 0) throw notKept(`virsh ${args.join(" ")} to succeed`, result.stderr.trim());
}

function notKept(expected: string, found: string): LabError {
  return new LabError({
    code: "KVM-359",
    expected,
    found,
    fix: "the servers boot then, which takes longer: nothing needs to be done. To see why: ./lab doctor",
  });
}
