import { setTimeout as sleep } from "node:timers/promises";
import { pointsOfSteps, sumOf } from "../course/class/progress";
import { type CheckResult, worthWaiting } from "../course/evaluate";
import type { Language, Step } from "../course/exercise";
import { stepOf } from "../course/read-exercises";
import { type ActiveExercise, activeExercise, type CourseOptions, languageOf } from "./active-exercise";
import { keepAttempt } from "./attempts";
import { ExercisePlaces } from "./exercise-places";
import { inspectFrom } from "./inspect-steps";
import { textTable } from "./table";

export interface CheckOptions extends CourseOptions {
  readonly json: boolean;
  /** Look again until everything passes. */
  readonly watch: boolean;
  /** … for so many minutes. */
  readonly minutes: number;
  /** Whether this look counts as one of whoever works in the lab. */
  readonly counted: boolean;
}

/** How `./lab check` ends, for scripts. */
export const checkExitCodes = { passed: 0, failed: 1, nothing: 2, usage: 3 } as const;

const pollMs = 2_000;

/** `./lab check [STEP]`: whether the step, or the whole exercise, is done. Changes nothing on the servers; the lab's folder has how often somebody looked. */
export async function check(step: string | undefined, options: CheckOptions): Promise<number> {
  const language = languageOf(options.lang);
  const { stack, exercise, values } = await activeExercise(options);
  const steps = step === undefined ? exercise.steps : [stepOf(exercise, step)];
  if (steps.every((one) => one.checks.length === 0)) {
    console.log(options.json ? "[]" : words[language].nothing);
    return checkExitCodes.nothing;
  }
  let told = "";
  const results = await inspectWhile(
    { stack, values },
    steps,
    language,
    (found, waited) => goesOn(found, waited, options),
    (found) => {
      const now = textOf(found, language);
      if (options.watch && !options.json && now !== told) console.log(`${now}\n`);
      told = now;
    },
  );
  if (options.counted) await keepAttempt(stack, results);
  console.log(options.json ? JSON.stringify(results) : textOf(results, language));
  return allPassed(results) ? checkExitCodes.passed : checkExitCodes.failed;
}

/** Looks at a step of an exercise, again as long as its checks may be waited for. */
export function inspectUntilPassed(active: ActiveExercise, step: Step): Promise<CheckResult[]> {
  return inspectWhile(active, [step], "en", worthWaiting, () => {});
}

/** Looks at steps again and again as long as `goOn` says so of what was found and the seconds that were waited. */
async function inspectWhile(
  { stack, values }: Pick<ActiveExercise, "stack" | "values">,
  steps: readonly Step[],
  language: Language,
  goOn: (results: readonly CheckResult[], waitedSeconds: number) => boolean,
  onFound: (results: readonly CheckResult[]) => void,
): Promise<CheckResult[]> {
  const places = await ExercisePlaces.open(stack);
  try {
    const began = performance.now();
    for (;;) {
      const results = await inspectFrom(places, values, steps, language);
      if (!goOn(results, (performance.now() - began) / 1000)) return results;
      onFound(results);
      await sleep(pollMs);
    }
  } finally {
    places.close();
  }
}

function goesOn(results: readonly CheckResult[], waitedSeconds: number, options: CheckOptions): boolean {
  if (allPassed(results)) return false;
  return options.watch ? waitedSeconds < options.minutes * 60 : worthWaiting(results, waitedSeconds);
}

function allPassed(results: readonly CheckResult[]): boolean {
  return results.every(({ verdict }) => verdict === "passed");
}

const words = {
  en: {
    nothing: "In this step there is nothing to check.",
    head: ["step", "check", "verdict", "what was found"],
    verdicts: { passed: "passed", failed: "FAILED", unknown: "UNKNOWN" },
    sum: (points: number, of: number) => `${points} of ${of} points`,
  },
  zh: {
    nothing: "这一步没有需要检查的内容。",
    head: ["步骤", "检查", "结果", "说明"],
    verdicts: { passed: "通过", failed: "未通过", unknown: "未知" },
    sum: (points: number, of: number) => `得分 ${points} / ${of}`,
  },
};

function textOf(results: readonly CheckResult[], language: Language): string {
  const { head, verdicts, sum } = words[language];
  const { reached, of } = sumOf(pointsOfSteps(results));
  const rows = results.map((one) => [one.step, one.check, verdicts[one.verdict], one.text]);
  return [textTable(head, rows, { widths: [10, 18, 9, 80] }), sum(reached, of)].join("\n");
}
