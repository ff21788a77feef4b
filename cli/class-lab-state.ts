import pLimit from "p-limit";
import type { LabState } from "../course/class/class-plan";
import { findHypervisor } from "../machines/hypervisor";
import { startedLabs } from "./active-exercise";
import { labStatus } from "./status";

/** Each asks three servers, and waits for them most of the time. */
const askedAtOnce = 4;

/** What there is of a lab now. */
export interface LabSeen {
  readonly state: LabState;
  /** Where guests are: `source: guest running`; empty where none is, or nobody knows. */
  readonly guests: string;
}

/** What there is of labs, by their names. Nothing is changed. */
export async function statesOfLabs(labs: readonly string[]): Promise<Map<string, LabSeen>> {
  const started = new Set(await startedLabs());
  const limit = pLimit(askedAtOnce);
  const states = await Promise.all(
    labs.map((lab) =>
      limit(async () => [lab, started.has(lab) ? await stateOf(lab) : nothingOf("absent")] as const),
    ),
  );
  return new Map(states);
}

const nothingOf = (state: LabState): LabSeen => ({ state, guests: "" });

async function stateOf(lab: string): Promise<LabSeen> {
  if ((await findHypervisor(lab)) === undefined) return nothingOf("off");
  try {
    const { servers, complete } = await labStatus(lab);
    const isUp = complete && servers.every(({ answers }) => answers);
    const guests = servers.flatMap(({ name, guests: own }) => (own === "" ? [] : [`${name}: ${own}`]));
    return { state: isUp ? "up" : "broken", guests: guests.join("; ") };
  } catch {
    // Why is told by the command that brings it up again.
    return nothingOf("broken");
  }
}
