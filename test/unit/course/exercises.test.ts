import { execaSync } from "execa";
import { describe, expect, test } from "vitest";
import { shown } from "../../../cli/exercise";
import { stepsOf } from "../../../course/borrowed";
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
const words = { en: "x", zh: "x" };
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
        for (const text of [check.pass, check.fail, check.hint]) fillIn(text[language], known);
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

  test("has each step and each check once, also of those that are another exercise's", () => {
    const names = exercise.steps.map(({ name }) => name);
    const checks = exercise.steps.flatMap((step) => step.checks.map(({ name }) => name));
    expect([new Set(names).size, new Set(checks).size]).toEqual([names.length, checks.length]);
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

test("a step of another exercise comes with its text, unless there is one of its own", () => {
  const [experiment, iscsi] = ["experiment", "iscsi"].map(readExercise);
  const of = (exercise: typeof iscsi, step: string) => {
    if (exercise === undefined) throw new Error("no exercise");
    const text = exerciseText(exercise, "zh").steps.find(({ name }) => name === step);
    return { ...stepOf(exercise, step), text: text?.text };
  };
  expect(of(iscsi, "names")).toEqual(of(experiment, "names"));
  const [own, other] = [of(iscsi, "trust"), of(experiment, "trust")];
  expect(own.checks).toEqual(other.checks);
  expect([own.text === other.text, own.solution === other.solution]).toEqual([false, false]);
});

test("a step or a check that the other exercise has not is refused, and says which it has", () => {
  const written = (step: object) =>
    exerciseSchema.parse({ title: words, goal: words, minutes: 5, stack: "bare", steps: [step] });
  const solution = [{ on: "nfs", run: ["true"] }];
  const check = { from: "experiment", name: "runing" };
  const read = (step: object) => () => stepsOf(written(step), readExercise);
  expect(read({ from: "experiment", name: "exprt" })).toThrow(/KVM-954[\s\S]*names, export, mount/);
  expect(read({ name: "own", solution, checks: [check] })).toThrow(/KVM-954[\s\S]*defined, running/);
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
