import { join } from "node:path";
import type { Step } from "../course/exercise";
import { stepOf } from "../course/read-exercises";
import { LabError } from "../errors/lab-error";
import { refuseWithoutRoot } from "../machines/hypervisor/preconditions";
import { stepStatesFolder } from "../machines/snapshots/lab-places";
import { exists } from "../toolchain/cache";
import { type ActiveExercise, activeExercise, type CourseOptions } from "./active-exercise";
import { backTo, type KeptState } from "./back-to";
import { inspectUntilPassed } from "./check";
import { upAsExerciseBegins } from "./exercise";
import type { LabStack } from "./lab-stack";
import { resetPoint } from "./reset";
import { keepState } from "./reset-point";
import { typeSolution } from "./solve";
import { Stages } from "./stages";

/**
 * `./lab catch-up STEP`: the lab as it is when everything before this step is done. From the state that was kept of it; the first time the lab
 * goes back to where the exercise begins, or to the last step that a state was kept of, the solutions from there on are typed, and a state is
 * kept after each. What was done in the lab otherwise is gone.
 *
 * @throws LabError KVM-941 when the lab keeps no state of its beginning, KVM-955 and KVM-957 when a solution does not do its step, and those of
 *   `./lab reset`
 */
export async function catchUp(step: string, options: CourseOptions): Promise<void> {
  refuseWithoutRoot();
  const active = await activeExercise(options);
  const { stack, exercise } = active;
  const wanted = stepOf(exercise, step);
  const before = exercise.steps.slice(0, exercise.steps.indexOf(wanted));
  const stages = new Stages();
  const kept = await lastKept(stack, before);
  if (kept === 0) {
    await backTo(stack, await resetPoint(stack), stages);
    await upAsExerciseBegins(stack, exercise);
  } else {
    const state = stateAfter(stack, before[kept - 1]?.name ?? "");
    await backTo(stack, { ...state, command: `./lab catch-up ${wanted.name}` }, stages);
  }
  for (const solved of before.slice(kept)) await solveAndKeep(active, solved, stages);
  console.log(`${stages.table()}\n\nThe lab ${stack.name} is where the step ${wanted.name} begins.`);
}

/** How many of these steps, from the first on, are done in a state that was kept. */
async function lastKept(stack: LabStack, steps: readonly Step[]): Promise<number> {
  const there = await Promise.all(steps.map(({ name }) => exists(stateAfter(stack, name).folder)));
  return there.lastIndexOf(true) + 1;
}

function stateAfter(stack: LabStack, step: string): Omit<KeptState, "command"> {
  return { folder: join(stepStatesFolder(stack.folder), step), what: `the state after the step ${step}` };
}

async function solveAndKeep(active: ActiveExercise, step: Step, stages: Stages): Promise<void> {
  const { stack } = active;
  await stages.run(`step ${step.name} solved`, async () => {
    await typeSolution(active, step);
    const missing = (await inspectUntilPassed(active, step)).filter(({ verdict }) => verdict !== "passed");
    if (missing.length > 0)
      throw new LabError({
        code: "KVM-957",
        expected: `the step ${step.name} to be done by its solution`,
        found: missing.map(({ text }) => text).join(" "),
        fix: `./lab check ${step.name} --lab ${stack.name} looks again`,
      });
  });
  const { folder } = stateAfter(stack, step.name);
  await keepState(stack, folder, { name: `after ${step.name}`, purpose: "./lab catch-up" }, stages);
}
