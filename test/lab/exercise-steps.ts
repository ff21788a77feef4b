import { expect, test } from "vitest";
import { z } from "zod";
import type { Exercise, Role } from "../../course/exercise";
import { jsonOf, type LabResult, lab } from "./lab-command";

/** What somebody does in a step that does not lead there, as data: before the step's solution. */
export interface WrongWay {
  readonly on: Role;
  readonly does: string;
  /** What its check must say, by the check's name. */
  readonly told: Readonly<Record<string, RegExp>>;
  /** Left out where it changes nothing. */
  readonly undone?: string;
}
export type WrongWays = Readonly<Record<string, readonly WrongWay[]>>;

const resultsSchema = z.array(
  z.object({ step: z.string(), check: z.string(), verdict: z.string(), text: z.string() }),
);

export async function succeeds(args: readonly string[], limitSeconds = 300): Promise<LabResult> {
  const result = await lab(args, limitSeconds);
  expect(result.exitCode, result.all).toBe(0);
  return result;
}

export async function checked(step?: string) {
  const began = performance.now();
  const result = await lab(["check", ...(step ? [step] : []), "--json", "--lang", "en"], 300);
  const results = resultsSchema.parse(jsonOf(result));
  const passed = results.filter(({ verdict }) => verdict === "passed").map(({ check }) => check);
  return { ...result, results, passed, seconds: (performance.now() - began) / 1000 };
}

/** The checks of all steps, or of those up to one. */
export function checksOf({ steps }: Exercise, upTo?: string): string[] {
  const last = upTo === undefined ? steps.length : steps.findIndex(({ name }) => name === upTo) + 1;
  return steps
    .slice(0, last)
    .flatMap(({ checks }) => checks)
    .map(({ name }) => name);
}

export function testBeginning(): void {
  test("begins with every check failing", async () => {
    const { results, exitCode } = await checked();
    expect(results.filter(({ verdict }) => verdict !== "failed")).toEqual([]);
    expect(exitCode).toBe(1);
  });
}

/** The solution of an exercise is the test of its checks, and so is a wrong way of each step. */
export function testSteps(exercise: Exercise, wrongWays: WrongWays): void {
  const all = checksOf(exercise);

  test("a wrong way is tried in each step that is checked", () => {
    const isChecked = exercise.steps.filter(({ checks }) => checks.length > 0).map(({ name }) => name);
    expect(Object.keys(wrongWays)).toEqual(isChecked);
  });

  test.each(exercise.steps.map(({ name, checks }) => [name, checks.length] as const))(
    "step %s: a wrong way is told, and its solution makes its checks pass, and no others",
    async (step, count) => {
      for (const way of wrongWays[step] ?? []) await expectTold(step, way);
      await succeeds(["solve", step], 900);
      if (count === 0) expect((await lab(["check", step])).exitCode).toBe(2);
      else {
        const own = await checked(step);
        expect(own.exitCode, JSON.stringify(own.results)).toBe(0);
        const again = await checked(step);
        console.log(`./lab check ${step}: ${again.seconds.toFixed(1)} s`);
      }
      const whole = await checked();
      const wanted = checksOf(exercise, step);
      expect(whole.passed, JSON.stringify(whole.results)).toEqual(wanted);
      expect(whole.exitCode).toBe(wanted.length === all.length ? 0 : 1);
    },
    1_200_000,
  );
}

async function expectTold(step: string, { on, does, told, undone }: WrongWay): Promise<void> {
  await succeeds(["ssh", on, does]);
  const { results } = await checked(step);
  for (const [check, text] of Object.entries(told))
    expect(
      results.find((one) => one.check === check),
      JSON.stringify(results),
    ).toMatchObject({ verdict: "failed", text: expect.stringMatching(text) });
  if (undone !== undefined) await succeeds(["ssh", on, undone]);
}
