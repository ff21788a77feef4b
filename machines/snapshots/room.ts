import { readdir, stat, statfs } from "node:fs/promises";
import { join } from "node:path";

/** The state, the definitions, and what the machines write until they stand still. */
const marginBytes = 256 * 1024 ** 2;

/** What a save takes at most: all that the machines hold in memory, and a copy of what they wrote on their disks. */
export function roomForSave(parts: { readonly memoryBytes: number; readonly diskBytes: number }): number {
  return parts.memoryBytes + parts.diskBytes + marginBytes;
}

export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** The room that a folder's files take; holes take none. What another process removes meanwhile counts nothing. */
export async function bytesOnDisk(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async (file) => {
      const found = await stat(join(file.parentPath, file.name)).catch(() => undefined);
      return (found?.blocks ?? 0) * 512;
    }),
  );
  return sizes.reduce((total, size) => total + size, 0);
}
