import { mkdir, statfs } from "node:fs/promises";
import { totalmem } from "node:os";
import { join } from "node:path";
import { LabError } from "../errors/lab-error";
import { hypervisorFolders } from "../machines/hypervisor";
import { refuseUnusableFolder, refuseWithoutRoot } from "../machines/hypervisor/preconditions";
import { snapshotLimitBytes } from "../machines/snapshots/make-room";
import type { Settings } from "../stacks/schema";
import { memoryMiBOf, topologyOf } from "../stacks/topology/topology";
import { cacheDir, exists } from "../toolchain/cache";
import { findProgram } from "../toolchain/pulumi/find-program";
import { byteText } from "./byte-text";
import type { LabStack } from "./lab-stack";

const gib = 1024 ** 3;

/** What is there already, and so needs no room any more. */
export interface SetUpParts {
  readonly toolchain: boolean;
  readonly images: boolean;
  /** Whether there is a Go, whose caches take most of the room while Pulumi and its plugins are built. */
  readonly go: boolean;
}

/**
 * What would end a lab after minutes of work ends it in the first second.
 *
 * @throws LabError KVM-301 without root, KVM-313 when the cache's path is unusable, KVM-910 when the disk is too full,
 *   KVM-914 when the limit of the kept servers is no size, KVM-927 when its servers have more memory than this machine
 */
export async function refuseEarly(stack: LabStack, settings: Settings): Promise<void> {
  if (settings.machines === "built" && settings.hypervisor === "private") {
    refuseWithoutRoot();
    refuseUnusableFolder(hypervisorFolders(stack.name).run);
    if (settings.warmStart) snapshotLimitBytes();
    refuseTooMuchMemory(settings);
  }
  await refuseFullDisk();
}

/**
 * Servers whose memory together is more than the machine has end each other.
 *
 * @throws LabError KVM-927
 */
export function refuseTooMuchMemory(settings: Settings, machineBytes = totalmem()): void {
  const topology = topologyOf(settings);
  const { servers } = topology;
  const mebibytes = memoryMiBOf(topology);
  const mib = 1024 ** 2;
  if (mebibytes * mib <= machineBytes) return;
  throw new LabError({
    code: "KVM-927",
    expected: "servers whose memory together is no more than this machine's",
    found: `${servers.map(({ name, memoryMiB }) => `${name} ${memoryMiB}`).join(" + ")} = ${mebibytes} MiB; this machine has ${Math.floor(machineBytes / mib)} MiB`,
    fix: "fewer hosts, or less hostMemoryMiB, in the stack's file",
  });
}

/** @throws LabError KVM-910 */
export async function refuseFullDisk(): Promise<void> {
  const folder = cacheDir();
  const needed = roomForSetUp(await partsThere()) * gib;
  await mkdir(folder, { recursive: true });
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free >= needed) return;
  throw new LabError({
    code: "KVM-910",
    expected: `${byteText(needed)} free for what the set-up builds`,
    found: `${byteText(free)} free at ${folder}`,
    fix: "make room there, or put the cache on a larger disk: export KVMLAB_CACHE=/path/on/it",
  });
}

export async function partsThere(): Promise<SetUpParts> {
  const there = (kind: string) => exists(join(cacheDir(), kind));
  return {
    toolchain: await there("pulumi-home"),
    images: await there("images"),
    go: (await findProgram("go")) !== undefined,
  };
}

/** How many GiB the set-up takes at its worst moment. */
export function roomForSetUp({ toolchain, images, go }: SetUpParts): number {
  return (toolchain ? 0 : go ? 6 : 1) + (images ? 0 : 4);
}
