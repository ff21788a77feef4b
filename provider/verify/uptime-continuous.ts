import { isMissing } from "../sdk/measurement";
import type { Proof } from "../sdk/migration";
import type { AgentObservation } from "./agent-observation";
import { byAgent, cannotTell, type Evidence, verdict } from "./proof";

const name = "counter-continuous";
/** The guest's clock and this machine's are two. */
const toleranceMs = 1_500;

/**
 * The counter of a guest without a probe is its kernel's own: how long it has been up went on, without a reset, and no further than
 * the time that passed. It lags by the time for which the guest stood still; the facts say both.
 */
export function uptimeContinuous(evidence: Evidence): Proof {
  const uptimeOf = (observation: AgentObservation) =>
    isMissing(observation.uptimeMs)
      ? observation.uptimeMs
      : { ...observation, uptimeMs: observation.uptimeMs };
  return byAgent(name, evidence, uptimeOf, (before, after) => {
    const grownMs = after.uptimeMs - before.uptimeMs;
    const passedMs = after.uptimeAnswered - before.uptimeAsked;
    const facts = `up for ${seconds(before.uptimeMs)} before, ${seconds(after.uptimeMs)} after: ${seconds(grownMs)} in the ${seconds(passedMs)} that passed${clockOf(before, after)}, by the guest agent`;
    if (grownMs <= 0 || grownMs > passedMs + toleranceMs) return verdict(name, false, facts);
    // A kernel that is up for longer than that was up before; a younger one could have been started meanwhile.
    const olderThanMove = after.uptimeMs > passedMs + toleranceMs;
    if (olderThanMove || sameBootId(before, after)) return verdict(name, true, facts);
    return cannotTell(name, `${facts}; it has no boot_id to tell that it was not started meanwhile`);
  });
}

type UptimeObservation = Omit<AgentObservation, "uptimeMs"> & { readonly uptimeMs: number };

function sameBootId(before: UptimeObservation, after: UptimeObservation): boolean {
  return !isMissing(before.bootId) && before.bootId === after.bootId;
}

function clockOf(before: UptimeObservation, after: UptimeObservation): string {
  if (isMissing(before.clockMs) || isMissing(after.clockMs)) return "";
  return `, ${seconds(after.clockMs - before.clockMs)} by its own clock`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
