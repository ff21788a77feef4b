import { join } from "node:path";
import type { MeasureOptionsInput } from "kvmlab-provider/measure/measure-options";
import type { Settings } from "../stacks/schema";
import { labDir } from "../toolchain/cache";

/** Where a lab keeps what was measured of its moves. */
export function movesFolder(lab: string): string {
  return join(labDir(lab), "moves");
}

/** The samples of a guest's last move; `./lab up` gives them the move's own name. Always the same path: it is no change of the resource. */
export function lastSamples(lab: string, guest: string): string {
  return join(movesFolder(lab), `last-${guest}.jsonl`);
}

/** What a guest's migration's `measure` is, by the stack's key; undefined when nothing is measured. */
export function measureOf(
  setting: Settings["measure"],
  lab: string,
  guest: string,
): MeasureOptionsInput | undefined {
  if (setting === false) return undefined;
  return { file: lastSamples(lab, guest), ...(setting === true ? {} : setting) };
}
