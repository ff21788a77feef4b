import { copyFile, mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { LabError } from "../../../errors/lab-error";
import { buildOnce, cached, contentKey } from "../../../toolchain/cache";
import type { Progress } from "../../../toolchain/progress";
import { type BootableImage, hypervisorFolders, inHypervisor } from "../../hypervisor";
import { type GuestFiles, type GuestImage, packGuest } from "../../images";
import { inOwnHypervisor } from "./own-hypervisor";

/** A guest whose booted state should be kept. */
export interface GuestToKeep {
  readonly name: string;
  /** libvirt's domain XML: word for word the one that it will have on its host. */
  readonly definition: string;
  readonly bridge: string;
  /** Where its probe answers, and an address on the same network to ask it from, with the prefix. */
  readonly probe: { readonly address: string; readonly port: number; readonly askedFrom: string };
}

/** Its name in the archive, and on the share. */
const memoryFile = "memory.save";
const emulator = "/usr/bin/qemu-system-x86_64";
/** An emulated guest boots in 3 s at the first level. */
const bootLimitMs = 120_000;
const saveLimitMs = 60_000;

/**
 * The guest's files with the memory of the booted guest among them, if they were made before: nothing is started.
 * Undefined also where this machine has no QEMU that could have made them.
 */
export async function keptGuest(guest: GuestToKeep, image: GuestImage): Promise<GuestFiles | undefined> {
  const key = await keyOf(guest, image);
  const folder = key === undefined ? undefined : await cached("images", `booted-guest-${key}`);
  return key === undefined || folder === undefined ? undefined : filesIn(folder, key);
}

/**
 * Boots the guest once at the first level, where it takes 3 s and not the minute that it needs inside an emulated host,
 * saves its memory by `virsh save`, and packs it with the disk that belongs to it: never one without the other.
 *
 * @throws LabError KVM-358 when it does not boot or cannot be saved
 */
export async function keepGuest(
  guest: GuestToKeep,
  image: GuestImage,
  host: BootableImage,
  progress: Progress,
): Promise<GuestFiles> {
  const key = await keyOf(guest, image);
  if (key === undefined) throw notKept("QEMU on this machine", `no ${emulator}`);
  const make = (staging: string) => bootAndSave(guest, image, host, key, staging, progress);
  return filesIn(await buildOnce("images", `booted-guest-${key}`, make, progress), key);
}

function filesIn(folder: string, key: string): GuestFiles {
  return { key, bundle: join(folder, "guest.tar.gz"), memory: memoryFile };
}

/** All that a saved memory depends on. QEMU by its file: asking it for its version would cost each start 50 ms. */
async function keyOf(guest: GuestToKeep, image: GuestImage): Promise<string | undefined> {
  const qemu = await stat(emulator).catch(() => undefined);
  if (qemu === undefined) return undefined;
  return contentKey([image.key, guest.definition, guest.bridge, `${qemu.size} ${qemu.mtimeMs}`]);
}

async function bootAndSave(
  guest: GuestToKeep,
  image: GuestImage,
  host: BootableImage,
  key: string,
  staging: string,
  progress: Progress,
): Promise<void> {
  progress("booting the guest once, to keep its memory");
  await inOwnHypervisor(`guest-${key}`, { host }, "tcg", async (hypervisor) => {
    const { lab } = hypervisor;
    // As the namespace sees it and as this machine does: /var/lib/libvirt/images.
    const folder = join(hypervisorFolders(lab).lib, "images", guest.name);
    await mkdir(folder, { recursive: true });
    await copyFile(image.kernel, join(folder, "vmlinux"));
    await copyFile(image.initrd, join(folder, "initrd.img"));
    await copyFile(image.disk, join(folder, "disk.qcow2"));
    await writeFile(join(folder, "guest.xml"), guest.definition);
    const inside = async (argv: readonly string[], timeoutMs = 30_000) => {
      const { exitCode, stdout, stderr } = await inHypervisor(hypervisor, argv, { timeoutMs });
      if (exitCode !== 0)
        throw notKept(`${argv.slice(0, 2).join(" ")} to succeed`, stderr.trim() || `exit code ${exitCode}`);
      return stdout;
    };
    const seenInside = `/var/lib/libvirt/images/${guest.name}`;
    await inside(["ip", "link", "add", guest.bridge, "type", "bridge"]);
    await inside(["ip", "address", "add", guest.probe.askedFrom, "dev", guest.bridge]);
    await inside(["ip", "link", "set", guest.bridge, "up"]);
    await inside(["virsh", "define", `${seenInside}/guest.xml`]);
    await inside(["virsh", "start", guest.name]);
    await untilItAnswers(guest, (argv) => inHypervisor(hypervisor, argv, { timeoutMs: 5_000 }));
    await inside(["virsh", "save", guest.name, `${seenInside}/${memoryFile}`], saveLimitMs);
    await rm(join(folder, "guest.xml"));
    progress("packing the booted guest");
    const tree = join(staging, "tree");
    await rename(folder, tree);
    await packGuest(tree, join(staging, "guest.tar.gz"));
    await rm(tree, { recursive: true });
  });
}

/** Until it has written its first line to the disk: then it has done all that it does at a start. */
async function untilItAnswers(
  { name, probe }: GuestToKeep,
  run: (argv: readonly string[]) => Promise<{ readonly stdout: string }>,
): Promise<void> {
  const ask = `exec 3<>/dev/tcp/${probe.address}/${probe.port}; head -n 1 <&3`;
  const limit = performance.now() + bootLimitMs;
  let answer = "";
  while (performance.now() < limit) {
    answer = (await run(["timeout", "2", "bash", "-c", ask])).stdout;
    if (/"syncedSequence":[1-9]/.test(answer)) return;
    await sleep(200);
  }
  throw notKept(`${name} to answer within ${bootLimitMs / 1000} s`, answer || "silence");
}

function notKept(expected: string, found: string): LabError {
  return new LabError({
    code: "KVM-358",
    expected,
    found,
    fix: "the guest boots inside its host then, which takes longer: nothing needs to be done. To see why: ./lab doctor",
  });
}
