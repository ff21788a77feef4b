import { type ProofCheck, unproved, verdict } from "./proof";

/**
 * Every page of the guest's memory that it knows the contents of is as it wrote it, those written during the move among them.
 * A move that loses a write arrives, answers, and goes wrong later: this is how that is found out at once.
 */
export const memoryKept: ProofCheck = (evidence) => {
  const { memory: before } = evidence.before;
  const { memory: after } = evidence.after;
  if (!before || !after) return unproved("memory-kept", evidence);
  return verdict(
    "memory-kept",
    after.wrong === 0,
    `${after.wrong} of ${after.pages} pages wrong, ${after.written - before.written} written again meanwhile` +
      (before.wrong > 0 ? `; ${before.wrong} were wrong before the move` : ""),
  );
};
