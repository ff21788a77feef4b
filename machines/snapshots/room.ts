import { statfs } from "node:fs/promises";

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
