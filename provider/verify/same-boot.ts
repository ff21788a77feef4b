import { byAgent, type ProofCheck, verdict } from "./proof";

const name = "same-boot";

/** The kernel inside is the one that was started on the source: it was never booted again. */
export const sameBoot: ProofCheck = (evidence) => {
  const [before, after] = [evidence.before.probe, evidence.after.probe];
  const evaluate = (was: string, is: string, by: string) =>
    verdict(name, was === is, `boot_id ${was} before, ${is} after${by}`);
  if (before && after) return evaluate(before.bootId, after.bootId, "");
  return byAgent(
    name,
    evidence,
    ({ bootId }) => bootId,
    (was, is) => evaluate(was, is, ", by the guest agent"),
  );
};
