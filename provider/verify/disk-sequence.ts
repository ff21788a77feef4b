import { type ProofCheck, unproved, verdict } from "./proof";

/**
 * Every number that the guest synced to its disk is there, once, in order, and newer ones after those from before the move.
 * What was missing or torn before (a guest that was once killed) is not the move's doing.
 */
export const diskSequence: ProofCheck = (evidence) => {
  const { probe: before, disk: was } = evidence.before;
  const { probe: after, disk } = evidence.after;
  if (!before || !was || !after || !disk) return unproved("disk-sequence", evidence);
  const added = disk.lines - was.lines;
  const whole = disk.gaps === was.gaps && disk.torn === was.torn && added === disk.last - was.last;
  // A guest that has only just booted has written nothing yet: its first number comes after the move.
  const begins = was.lines === 0 || disk.first === was.first;
  const holds = whole && begins && disk.last >= before.syncedSequence && after.diskError === null;
  const damage = (count: number, old: number, word: string) =>
    `${count} ${word}${old > 0 ? ` (${old} before)` : ""}`;
  return verdict(
    "disk-sequence",
    holds,
    `${disk.first} to ${disk.last}, ${damage(disk.gaps, was.gaps, "gaps")}, ${damage(disk.torn, was.torn, "torn")}; ` +
      `${before.syncedSequence} was synced before the move` +
      (after.diskError === null ? "" : `; disk error: ${after.diskError}`),
  );
};
