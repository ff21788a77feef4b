import { readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { check } from "proper-lockfile";
import { cacheDir, lockStaleMs, stagingMark } from "./cache";
import { isAtWork, processMark } from "./process-mark";

const lockEnding = ".lock";

/** The keys of the finished folders `<cache>/<kind>/<key>`. */
export async function cachedKeys(kind: string): Promise<string[]> {
  const names = await namesIn(kind);
  return names.filter((name) => !name.endsWith(lockEnding) && !name.includes(stagingMark)).sort();
}

/** The keys that a process makes at this moment. */
export async function keysBeingMade(kind: string): Promise<string[]> {
  const locks = (await namesIn(kind)).filter((name) => name.endsWith(lockEnding));
  const held = await Promise.all(
    locks.map(async (name) => {
      const lockfilePath = join(cacheDir(), kind, name);
      const options = { realpath: false, lockfilePath, stale: lockStaleMs };
      return (await check(lockfilePath, options)) ? [name.slice(0, -lockEnding.length)] : [];
    }),
  );
  return held.flat();
}

/**
 * Removes `<cache>/<kind>/<key>`. It loses its name before its files: a folder that exists is complete, also when this is
 * interrupted.
 */
export async function removeCached(kind: string, key: string): Promise<void> {
  const finished = join(cacheDir(), kind, key);
  const doomed = `${finished}${stagingMark}${processMark()}-removed`;
  try {
    await rename(finished, doomed);
  } catch (error) {
    // Another process was quicker.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  await rm(doomed, { recursive: true, force: true });
}

/** Removes what processes that were killed had begun to make or to remove. @returns the bytes that were freed */
export async function removeUnfinished(kind: string): Promise<number> {
  const names = (await namesIn(kind)).filter((name) => {
    const [, maker] = name.split(stagingMark);
    return maker !== undefined && !isAtWork(maker);
  });
  let freed = 0;
  for (const name of names) {
    const folder = join(cacheDir(), kind, name);
    freed += (await bytesOf(folder)).own;
    await rm(folder, { recursive: true, force: true });
  }
  return freed;
}

/** The room that a folder takes: what is in it alone, and what has another name elsewhere and stays when it is removed. */
export interface FolderBytes {
  readonly own: number;
  readonly linked: number;
}

export async function bytesOf(folder: string): Promise<FolderBytes> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  let own = 0;
  let linked = 0;
  for (const entry of entries.filter((entry) => entry.isFile())) {
    const file = await stat(join(entry.parentPath, entry.name)).catch(() => undefined);
    const bytes = (file?.blocks ?? 0) * 512;
    if (file?.nlink === 1) own += bytes;
    else linked += bytes;
  }
  return { own, linked };
}

function namesIn(kind: string): Promise<string[]> {
  return readdir(join(cacheDir(), kind)).catch(() => []);
}
