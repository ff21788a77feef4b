import { type CheckResult, evaluate } from "../course/evaluate";
import type { Language, Step } from "../course/exercise";
import type { LabValues } from "../course/lab-values";
import { look } from "../course/look";
import type { ActiveExercise } from "./active-exercise";
import { ExercisePlaces } from "./exercise-places";

/** Looks at the checks of some steps, by connections that are there. */
export async function inspectFrom(
  places: ExercisePlaces,
  values: LabValues,
  steps: readonly Step[],
  language: Language,
): Promise<CheckResult[]> {
  const checks = steps.flatMap((step) => step.checks);
  return evaluate(steps, await look(checks, values, places.script.bind(places)), values, language);
}

/**
 * Looks once at the checks of some steps.
 *
 * @throws LabError KVM-905 when the lab is not up
 */
export async function inspectSteps(
  { stack, values }: Pick<ActiveExercise, "stack" | "values">,
  steps: readonly Step[],
  language: Language,
): Promise<CheckResult[]> {
  const places = await ExercisePlaces.open(stack);
  try {
    return await inspectFrom(places, values, steps, language);
  } finally {
    places.close();
  }
}
