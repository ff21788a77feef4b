import type { WorkbookChapter } from "../../../cli/workbook-page";
import type { CheckResult } from "../../../course/evaluate";
import { labValues } from "../../../course/lab-values";
import { readExercise } from "../../../course/read-exercises";
import { checkSettings } from "../../../stacks/settings";
import { topologyOf } from "../../../stacks/topology/topology";

/** An exercise in a lab that has other addresses than the usual ones. */
export function chapterOf(name: string, results?: readonly CheckResult[]): WorkbookChapter {
  const exercise = readExercise(name);
  const topology = topologyOf(checkSettings({ ...exercise.settings, network: "10.99.0.0/24" }));
  return {
    lab: "mine",
    exercise,
    topology,
    values: labValues("mine", topology, {
      folder: "/lab",
      moves: "/lab/moves",
      started: "/lab/exercise.json",
      startedAt: "1764468000",
    }),
    results,
  };
}
