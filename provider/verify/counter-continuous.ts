import type { ProofCheck } from "./proof";
import { verdict } from "./proof";
import { uptimeContinuous } from "./uptime-continuous";

const tickMs = 100;
/** Ticks are counted in batches and the two figures are read one after the other. */
const toleranceMs = 1_500;

/**
 * The counter in the guest's memory went on: no reset, and not beyond the guest's own time. It may lag behind that time:
 * after a switch-over on a busy machine the guest's clock jumps ahead of its ticks. The facts say by how much.
 */
export const counterContinuous: ProofCheck = (evidence) => {
  const [before, after] = [evidence.before.probe, evidence.after.probe];
  if (!before || !after) return uptimeContinuous(evidence);
  const counted = (after.counter - before.counter) * tickMs;
  const elapsed = after.uptimeMs - before.uptimeMs;
  const holds = counted > 0 && counted <= elapsed + toleranceMs;
  return verdict(
    "counter-continuous",
    holds,
    `${before.counter} before, ${after.counter} after: ${counted / 1000} s counted in ${elapsed / 1000} s of the guest's time`,
  );
};
