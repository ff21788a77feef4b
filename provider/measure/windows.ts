import type { Figure } from "../sdk/measurement";
import type { MoveRecord } from "./record";
import type { MarkName } from "./sample";

/** A stretch of time, in ms of the observer's clock. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** The three that are compared. The proofs, which keep the guest busy, are in none of them. */
export function windowsOf(
  record: MoveRecord,
): Readonly<Record<"before" | "during" | "after", Figure<Window>>> {
  return {
    before: between(record, "preflighted", "command"),
    during: between(record, "command", "virsh-ended"),
    after: between(record, "proved", "end"),
  };
}

function between({ marks }: MoveRecord, begin: MarkName, end: MarkName): Figure<Window> {
  const [from, to] = [marks.get(begin), marks.get(end)];
  if (from === undefined || to === undefined || to <= from)
    return { missing: `there was no time between ${begin} and ${end}` };
  return { from, to };
}
