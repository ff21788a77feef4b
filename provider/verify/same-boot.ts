import { type Judge, unproved, verdict } from "./proof";

/** The kernel inside is the one that was started on the source: it was never booted anew. */
export const sameBoot: Judge = (evidence) => {
  const [before, after] = [evidence.before.probe, evidence.after.probe];
  if (!before || !after) return unproved("same-boot", evidence);
  return verdict(
    "same-boot",
    before.bootId === after.bootId,
    `boot_id ${before.bootId} before, ${after.bootId} after`,
  );
};
