import type { LabError } from "../../errors/lab-error";
import { guestRunning } from "./guest-running";
import { nameFree } from "./name-free";
import { nameResolves } from "./name-resolves";
import { noJob } from "./no-job";
import type { PlannedMove } from "./rule";

/** What must be so before a move, in the order in which failures are reported. */
const rules = [guestRunning, noJob, nameFree, nameResolves];

/** Everything that speaks against a move, all at once. */
export function preflight(move: PlannedMove): LabError[] {
  return rules.flatMap((rule) => rule(move) ?? []);
}
