import { type Judge, unproved, verdict } from "./proof";

/** Every number that the guest synced to its disk is there, once, in order, and newer ones after those from before the move. */
export const diskSequence: Judge = (evidence) => {
  const { probe: before } = evidence.before;
  const { probe: after, disk } = evidence.after;
  if (!before || !after || !disk) return unproved("disk-sequence", evidence);
  const whole = disk.gaps === 0 && disk.torn === 0 && after.diskError === null;
  const holds = whole && disk.last >= before.syncedSequence;
  return verdict(
    "disk-sequence",
    holds,
    `${disk.first} to ${disk.last}, ${disk.gaps} gaps, ${disk.torn} torn; ${before.syncedSequence} was synced before the move` +
      (after.diskError === null ? "" : `; disk error: ${after.diskError}`),
  );
};
