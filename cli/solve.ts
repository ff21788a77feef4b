import type { Place, Step } from "../course/exercise";
import { fillIn } from "../course/fill-in";
import { stepOf } from "../course/read-exercises";
import { LabError } from "../errors/lab-error";
import { type ActiveExercise, activeExercise, type CourseOptions, languageOf } from "./active-exercise";
import { ExercisePlaces, placeName, promptOf } from "./exercise-places";
import { inspectSteps } from "./inspect-steps";

/** A command on a server; `./lab` may have to boot one. */
const limitMs = (place: Place) => (place === "lab" ? 1_800_000 : 300_000);

/**
 * `./lab solve STEP`: types the solution's commands, each shown as it is typed, with what it answers.
 *
 * @throws LabError KVM-955 at the first one that fails
 */
export async function solve(step: string, options: CourseOptions): Promise<void> {
  const active = await activeExercise(options);
  await typeSolution(active, stepOf(active.exercise, step));
}

/** @throws LabError KVM-955 at the first command that fails */
export async function typeSolution({ stack, values }: ActiveExercise, { solution }: Step): Promise<void> {
  const places = await ExercisePlaces.open(stack);
  try {
    for (const { on, run } of solution)
      for (const line of run) {
        const command = fillIn(line, values, "shell");
        console.log(`${promptOf(on, values)} ${command}`);
        const { exitCode, stderr } = await places.type(on, command, limitMs(on));
        if (exitCode !== 0) throw failed(stack.name, placeName(on, values), command, exitCode, stderr);
      }
  } finally {
    places.close();
  }
}

/** `./lab hint [STEP]`: of what does not pass, in the step or in the first one that is not done. */
export async function hint(step: string | undefined, options: CourseOptions): Promise<void> {
  const language = languageOf(options.lang);
  const active = await activeExercise(options);
  const steps = step === undefined ? active.exercise.steps : [stepOf(active.exercise, step)];
  const results = await inspectSteps(active, steps, language);
  const wrong = results.filter(({ verdict }) => verdict !== "passed");
  const first = wrong.filter((one) => one.step === wrong[0]?.step);
  const lines = first.map((one) => `${one.step}/${one.check}: ${one.text}\n  ${one.hint}`);
  console.log(lines.length > 0 ? [...new Set(lines)].join("\n") : nothingWrong[language]);
}

const nothingWrong = { en: "Nothing is missing here.", zh: "这里没有问题。" };

function failed(lab: string, host: string, command: string, exitCode: number, said: string): LabError {
  return new LabError({
    code: "KVM-955",
    host,
    expected: `${command} to succeed`,
    found: `exit code ${exitCode}: ${said.trim().split("\n").at(-1) ?? ""}`,
    fix: `./lab check --lab ${lab} says what is there; ./lab reset ${lab} returns it to where it was built`,
  });
}
