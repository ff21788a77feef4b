import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { closest } from "fastest-levenshtein";
import { parse } from "yaml";
import type { z } from "zod";
import { LabError } from "../errors/lab-error";
import { stepsOf, textOf } from "./borrowed";
import { type Exercise, exerciseSchema, type Language, type Step } from "./exercise";

const folder = join(__dirname, "exercises");

export function exerciseNames(): string[] {
  return readdirSync(folder).sort();
}

/**
 * An exercise by its name, with the steps and checks that it has of others.
 *
 * @throws LabError KVM-951 no such exercise, KVM-954 its files are not as they must be
 */
export function readExercise(name: string): Exercise {
  const names = exerciseNames();
  if (!names.includes(name)) throw unknown("exercises", name, names, "./lab exercise list shows them");
  const file = (own: string) => readFileSync(join(folder, name, own), "utf8");
  const read = exerciseSchema.safeParse(yamlOf(file("exercise.yaml")));
  if (read.success) {
    const text = (language: Language) =>
      textOf(file(`text.${language}.md`), read.data, language, readExercise);
    return {
      ...{ ...read.data, name, steps: stepsOf(read.data, readExercise) },
      text: { en: text("en"), zh: text("zh") },
    };
  }
  throw new LabError({
    code: "KVM-954",
    expected: `course/exercises/${name}/exercise.yaml to be an exercise`,
    found: read.error.issues.flatMap((issue) => complaints(issue)).join("; "),
    fix: "correct the file",
  });
}

/**
 * A step by its name or its number.
 *
 * @throws LabError KVM-951
 */
export function stepOf({ name, steps }: Pick<Exercise, "name" | "steps">, asked: string): Step {
  const step = steps.find((one, index) => isCalled(one, index, asked));
  if (step !== undefined) return step;
  const names = steps.map((one) => one.name);
  throw unknown(`steps of ${name}`, asked, names, "./lab exercise show shows them");
}

export function hasStep({ steps }: Pick<Exercise, "steps">, asked: string): boolean {
  return steps.some((one, index) => isCalled(one, index, asked));
}

function isCalled({ name }: Pick<Step, "name">, index: number, asked: string): boolean {
  return name === asked || String(index + 1) === asked;
}

function unknown(what: string, found: string, names: readonly string[], shown: string): LabError {
  return new LabError({
    code: "KVM-951",
    expected: `one of the ${what}: ${names.join(", ")}`,
    found,
    fix: `did you mean ${closest(found, names)}? ${shown}`,
  });
}

/** Of what may also be another exercise's: what is wrong with it as this one's. */
function complaints(issue: z.core.$ZodIssue, above: readonly PropertyKey[] = []): string[] {
  const path = [...above, ...issue.path];
  const own = issue.code === "invalid_union" ? issue.errors.at(-1) : undefined;
  return own?.flatMap((inner) => complaints(inner, path)) ?? [`${path.join(".")}: ${issue.message}`];
}

function yamlOf(text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    return (error as Error).message;
  }
}
