import { removeCached } from "../../toolchain/cached-folders";
import type { Progress } from "../../toolchain/progress";
import { warmLimitBytes } from "./warm-limit";
import { type WarmSet, warmSetKind, warmSets } from "./warm-set";

/** The sets that go, the least recently used first, until all together take no more than the limit. Never the one just made. */
export function surplusSets(sets: readonly WarmSet[], limitBytes: number, justMade: string): WarmSet[] {
  let total = sets.reduce((sum, { bytes }) => sum + bytes, 0);
  const oldestFirst = sets
    .filter(({ key }) => key !== justMade)
    .sort((a, b) => a.usedAtMs - b.usedAtMs || a.key.localeCompare(b.key));
  const surplus: WarmSet[] = [];
  for (const set of oldestFirst) {
    if (total <= limitBytes) break;
    total -= set.bytes;
    surplus.push(set);
  }
  return surplus;
}

/**
 * Makes room after a set was made. Labs that run from a set that goes keep working: their files are hard links to the same
 * data, which stays until the last of them is removed. One that finds its set gone when it is about to link it boots.
 */
export async function removeSurplus(justMade: string, progress: Progress): Promise<void> {
  for (const { key } of surplusSets(await warmSets(), warmLimitBytes(), justMade)) {
    // A lab is being built: that an old set stays where it is must not end it.
    await removeCached(warmSetKind, key).then(
      () => progress(`removed the kept servers ${key}, not used for the longest time`),
      (error: Error) => progress(`the kept servers ${key} cannot be removed: ${error.message}`),
    );
  }
}
