/**
 * A set of servers' memories and disks as it lies in the cache. Not in warm-start/: what stands there is part of a set's key,
 * and how sets are looked at, counted and removed changes nothing about them.
 */
import { readFile, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { cacheDir, cached } from "../../toolchain/cache";
import { bytesOf, cachedKeys, removeCached } from "../../toolchain/cached-folders";
import type { Progress } from "../../toolchain/progress";
import type { WarmMachines } from "../hypervisor";
import { warmServers } from "../hypervisor/hypervisor";
import { checksumsOf, sameFiles } from "./boots/checksums";

export const warmSetKind = "warm-hosts";
const manifestFile = "manifest.json";
const fileNames = warmServers.flatMap((role) => [`${role}.save`, `${role}.qcow2`]);

/** A set by name, for those who count and remove. */
export interface WarmSet {
  readonly key: string;
  readonly bytes: number;
  /** Ms since 1970, as the file system has them. */
  readonly madeAtMs: number;
  readonly usedAtMs: number;
}

/** What a set's files tell of it. */
type SetMachines = Omit<WarmMachines, "guestKey">;

/** Writes down what its files are: the last step of making one. */
export async function sealSet(folder: string): Promise<void> {
  await writeFile(join(folder, manifestFile), JSON.stringify(await checksumsOf(folder, fileNames)));
}

/** The set of this key, if there is one and it is as it was written. One that is not is said, and removed. */
export async function usableSet(key: string, progress: Progress): Promise<SetMachines | undefined> {
  const folder = await cached(warmSetKind, key);
  if (folder === undefined) return undefined;
  if (await isWhole(folder)) {
    // The least recently used set is the first to go. One that went this moment is met again when it is linked.
    const now = new Date();
    await utimes(folder, now, now).catch(() => undefined);
    return machinesIn(folder, key);
  }
  progress("the kept memory of the servers is damaged: it is made again");
  await removeCached(warmSetKind, key);
  return undefined;
}

export function machinesIn(folder: string, key: string): SetMachines {
  const files = warmServers.map((role) => {
    const at = (ending: string) => join(folder, `${role}.${ending}`);
    return [role, { disk: at("qcow2"), memory: at("save") }] as const;
  });
  return { key, machines: Object.fromEntries(files) };
}

export async function warmSets(): Promise<WarmSet[]> {
  const keys = await cachedKeys(warmSetKind);
  const sets = await Promise.all(keys.map((key) => describeSet(key).catch(() => undefined)));
  return sets.filter((set) => set !== undefined);
}

async function describeSet(key: string): Promise<WarmSet> {
  const folder = join(cacheDir(), warmSetKind, key);
  const [{ own, linked }, used, made] = await Promise.all([
    bytesOf(folder),
    stat(folder),
    stat(join(folder, manifestFile)).catch(() => undefined),
  ]);
  return { key, bytes: own + linked, madeAtMs: (made ?? used).mtimeMs, usedAtMs: used.mtimeMs };
}

/** SHA-256 by file name; a file that could not be read when it was written has none, and makes no manifest. */
const manifest = z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/));

async function isWhole(folder: string): Promise<boolean> {
  const text = await readFile(join(folder, manifestFile), "utf8").catch(() => "");
  const expected = manifest.safeParse(parsed(text));
  return expected.success && sameFiles(expected.data, await checksumsOf(folder, fileNames));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
