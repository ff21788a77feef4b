import pLimit from "p-limit";
import type { LabState } from "../course/class/class-plan";
import { findHypervisor } from "../machines/hypervisor";
import { startedLabs } from "./active-exercise";
import { labStatus } from "./status";

/** Each asks three servers, and waits for them most of the time. */
const askedAtOnce = 4;

/** What there is of labs, by their names. Nothing is changed. */
export async function statesOfLabs(labs: readonly string[]): Promise<Map<string, LabState>> {
  const started = new Set(await startedLabs());
  const limit = pLimit(askedAtOnce);
  const states = await Promise.all(
    labs.map((lab) => limit(async () => [lab, started.has(lab) ? await stateOf(lab) : "absent"] as const)),
  );
  return new Map(states);
}

async function stateOf(lab: string): Promise<LabState> {
  if ((await findHypervisor(lab)) === undefined) return "off";
  try {
    const { servers, complete } = await labStatus(lab);
    return complete && servers.every(({ answers }) => answers) ? "up" : "broken";
  } catch {
    // Why is told by the command that brings it up again.
    return "broken";
  }
}
