import { LabError } from "../errors/lab-error";
import type { Borrowed, Check, Exercise, Language, Step, WrittenExercise } from "./exercise";

/** How another exercise is found. */
type Read = (name: string) => Exercise;

/** The steps of an exercise, where it has another's step or check with that one. */
export function stepsOf({ steps }: WrittenExercise, read: Read): Step[] {
  return steps.map((step) =>
    "from" in step
      ? named(step, read(step.from).steps)
      : {
          ...step,
          checks: step.checks.map((check): Check => ("from" in check ? checkOf(check, read) : check)),
        },
  );
}

/** A text with the sections of the steps that are another exercise's, where it says nothing of them itself. */
export function textOf(own: string, { steps }: WrittenExercise, language: Language, read: Read): string {
  const [introduction = "", ...sections] = own.split(headings);
  const missing = steps.flatMap((step) =>
    "from" in step && !sections.some((section) => begins(section, step.name)) ? [step] : [],
  );
  const all = [
    ...sections,
    ...missing.flatMap(({ from, name }) =>
      read(from)
        .text[language].split(headings)
        .filter((section) => begins(section, name)),
    ),
  ];
  const ofSteps = steps.flatMap(({ name }) => all.filter((section) => begins(section, name)));
  // What is no step's, the questions and what is misspelt, is kept: whoever reads it sees it.
  return [introduction, ...ofSteps, ...sections.filter((section) => !ofSteps.includes(section))]
    .map((part) => `${part.trim()}\n`)
    .join("\n");
}

const headings = /^(?=## )/m;

function begins(section: string, step: string): boolean {
  return section.startsWith(`## ${step}:`);
}

function checkOf(check: Borrowed, read: Read): Check {
  return named(
    check,
    read(check.from).steps.flatMap(({ checks }) => checks),
  );
}

function named<Item extends { readonly name: string }>(
  { from, name }: Borrowed,
  items: readonly Item[],
): Item {
  const item = items.find((one) => one.name === name);
  if (item !== undefined) return item;
  throw new LabError({
    code: "KVM-954",
    expected: `one of those that the exercise ${from} has: ${items.map((one) => one.name).join(", ")}`,
    found: `from: ${from}, name: ${name}`,
    fix: "correct exercise.yaml",
  });
}
