import { createHash } from "node:crypto";

/** How many labs of one class can differ: as many as 10.0.0.0/8 has networks of 24 bits. */
export const slotsThereAre = 2 ** 16;

/** After so many by the hash, the next free one is taken. */
const triesByHash = 32;

/**
 * A number for each key that no other has. It comes from the class and the key alone, as long as no two keys have the same hash; who came first keeps it then.
 *
 * @param kept what was given out before: it stays as it was, whoever came or left since, and is given to nobody else
 */
export function ownSlots(
  className: string,
  keys: readonly string[],
  kept: ReadonlyMap<string, number> = new Map(),
  slots = slotsThereAre,
): Map<string, number> {
  const taken = new Set(kept.values());
  if (taken.size + keys.filter((key) => !kept.has(key)).length > slots)
    throw new Error(`${slots} labs of a class can differ, and it has more`);
  const own = new Map<string, number>();
  for (const key of keys) {
    const slot = kept.get(key) ?? firstFree(className, key, taken, slots);
    taken.add(slot);
    own.set(key, slot);
  }
  return own;
}

function firstFree(className: string, key: string, taken: ReadonlySet<number>, slots: number): number {
  for (let attempt = 0; attempt < triesByHash; attempt++) {
    const slot = hashOf([className, key, String(attempt)]) % slots;
    if (!taken.has(slot)) return slot;
  }
  let slot = hashOf([className, key]) % slots;
  while (taken.has(slot)) slot = (slot + 1) % slots;
  return slot;
}

function hashOf(parts: readonly string[]): number {
  return createHash("sha256").update(JSON.stringify(parts)).digest().readUInt32BE();
}
