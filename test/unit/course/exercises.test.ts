import { execaSync } from "execa";
import { describe, expect, test } from "vitest";
import { shown } from "../../../cli/exercise";
import { type Exercise, exerciseSchema, type Language, places } from "../../../course/exercise";
import { exerciseText } from "../../../course/exercise-text";
import { fillIn } from "../../../course/fill-in";
import { labValues } from "../../../course/lab-values";
import { lookScript } from "../../../course/look";
import { exerciseNames, readExercise, stepOf } from "../../../course/read-exercises";
import { checkSettings } from "../../../stacks/settings";
import { topologyOf } from "../../../stacks/topology/topology";

const paths = {
  ...{ folder: "/lab", moves: "/lab/moves" },
  ...{ started: "/lab/exercise.json", startedAt: "1764468000" },
};
const valuesWith = (settings: Exercise["settings"]) =>
  labValues("mine", topologyOf(checkSettings(settings)), paths);
const values = valuesWith({ start: "bare" });
const languages: Language[] = ["en", "zh"];
const exercises = exerciseNames().map(readExercise);

describe.each(exercises.map((exercise) => [exercise.name, exercise] as const))("%s", (_name, exercise) => {
  const values = valuesWith(exercise.settings);

  test.each(languages)("has a section for each step and questions, in %s", (language) => {
    const text = exerciseText(exercise, language);
    expect(text.steps.map(({ name }) => name)).toEqual(exercise.steps.map(({ name }) => name));
    for (const step of text.steps) expect(step.title && step.text, step.name).toBeTruthy();
    expect(text.questions).toMatch(/^ *>/m);
  });

  test.each(languages)(
    "is shown in %s without a value left, with the answers for the teacher only",
    (language) => {
      const student = shown(exercise, values, language, false);
      const teacher = shown(exercise, values, language, true);
      expect(student).not.toMatch(/\{\{|\}\}|undefined/);
      expect(student).not.toMatch(/^ *>/m);
      expect(teacher).toMatch(/^ *>/m);
    },
  );

  test("every text, pattern and hint of a check can be filled in", () => {
    const known = { ...values, seen: { line: "what was seen" } };
    for (const check of exercise.steps.flatMap(({ checks }) => checks)) {
      for (const language of languages)
        for (const words of [check.pass, check.fail, check.hint]) fillIn(words[language], known);
      if (check.stdout) new RegExp(fillIn(check.stdout, values, "pattern"), "m");
    }
  });

  test("checks and solutions are scripts that sh can read", () => {
    for (const place of places) {
      const own = exercise.steps.flatMap(({ checks }) => checks).filter(({ on }) => on.includes(place));
      expect(syntaxOf(lookScript(own, values, "token"))).toBe("");
    }
    for (const { run } of exercise.steps.flatMap(({ solution }) => solution))
      for (const line of run) expect(syntaxOf(fillIn(line, values, "shell"))).toBe("");
  });

  test("begins with settings that a lab may have", () => {
    expect(checkSettings(exercise.settings)).toMatchObject(exercise.settings);
  });
});

function syntaxOf(script: string): string {
  return execaSync("sh", ["-n"], { input: script, reject: false }).stderr;
}

test("an exercise or a step of another name is told the nearest one", () => {
  expect(() => readExercise("experimnt")).toThrow("did you mean experiment?");
  const experiment = readExercise("experiment");
  expect(() => stepOf(experiment, "exprt")).toThrow("did you mean export?");
  expect(stepOf(experiment, "2").name).toBe("export");
});

test("a value that there is not is refused, and says which there are", () => {
  expect(() => fillIn("{{guest.colour}}", values)).toThrow(/KVM-954[\s\S]*guest\.address/);
});

test("a value is one word of the shell, and itself in a pattern", () => {
  const own = { guest: { name: "a b.c" } };
  expect(fillIn("virsh start {{guest.name}}", own, "shell")).toBe("virsh start 'a b.c'");
  expect(fillIn("^{{guest.name}}$", own, "pattern")).toBe("^a b\\.c$");
});

test("two steps or two checks of one name, and unknown keys, are refused", () => {
  const words = { en: "x", zh: "x" };
  const solution = [{ on: "nfs", run: ["true"] }];
  const check = { name: "one", on: "nfs", run: "true", pass: words, fail: words, hint: words };
  const exercise = (steps: object[], more = {}) =>
    exerciseSchema.safeParse({ title: words, goal: words, minutes: 5, stack: "bare", steps, ...more })
      .success;
  expect(exercise([{ name: "a", solution, checks: [check] }])).toBe(true);
  expect(
    exercise([
      { name: "a", solution },
      { name: "a", solution },
    ]),
  ).toBe(false);
  expect(
    exercise([
      { name: "a", solution, checks: [check] },
      { name: "b", solution, checks: [check] },
    ]),
  ).toBe(false);
  expect(exercise([{ name: "a", solution }], { colour: "red" })).toBe(false);
});
