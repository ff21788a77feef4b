/**
 * Servers that were booted once, as they lie in the cache. Not in boots/: what stands there is part of a snapshot's key, and how
 * snapshots are looked at, counted and removed changes nothing about them.
 */
import { utimes } from "node:fs/promises";
import { join } from "node:path";
import { cached } from "../../toolchain/cache";
import { removeCached } from "../../toolchain/cached-folders";
import type { Progress } from "../../toolchain/progress";
import type { WarmMachines } from "../hypervisor";
import { warmServers } from "../hypervisor/hypervisor";
import { readManifest, snapshotFormat, writeManifest } from "./manifest";
import { damagesOf, describeFiles } from "./snapshot-files";

/** The cache's folder of them. */
export const bootKind = "warm-hosts";
const fileNames = warmServers.flatMap((role) => [`${role}.save`, `${role}.qcow2`]);

/** What a snapshot's files tell of it. */
type BootedMachines = Omit<WarmMachines, "guestKey">;

/** Writes down what its files are: the last step of making one. */
export async function sealBoot(folder: string, key: string): Promise<void> {
  await writeManifest(folder, {
    kind: "boot",
    format: snapshotFormat,
    name: key,
    createdAt: new Date().toISOString(),
    machines: [...warmServers],
    files: await describeFiles(folder),
  });
}

/** The servers of this key, if there are any and they are as they were written. Others are said, and removed. */
export async function usableBoot(key: string, progress: Progress): Promise<BootedMachines | undefined> {
  const folder = await cached(bootKind, key);
  if (folder === undefined) return undefined;
  if (await isWhole(folder)) {
    // The least recently used one is the first to go. One that went this moment is met again when it is linked.
    const now = new Date();
    await utimes(folder, now, now).catch(() => undefined);
    return machinesIn(folder, key);
  }
  progress("the kept memory of the servers is damaged: it is made again");
  await removeCached(bootKind, key);
  return undefined;
}

export function machinesIn(folder: string, key: string): BootedMachines {
  const files = warmServers.map((role) => {
    const at = (ending: string) => join(folder, `${role}.${ending}`);
    return [role, { disk: at("qcow2"), memory: at("save") }] as const;
  });
  return { key, machines: Object.fromEntries(files) };
}

async function isWhole(folder: string): Promise<boolean> {
  const reading = await readManifest(folder);
  if (reading.kind !== "manifest") return false;
  const listed = new Set(reading.manifest.files.map(({ path }) => path));
  return (
    fileNames.every((name) => listed.has(name)) && (await damagesOf(folder, reading.manifest)).length === 0
  );
}
