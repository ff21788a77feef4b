import type { Exercise, Language } from "./exercise";

/** The name of the last section, which belongs to no step. */
const questionsName = "questions";

/** What there is to read of an exercise, in one language. */
export interface ExerciseText {
  /** What stands before the first step. */
  readonly introduction: string;
  readonly steps: readonly { readonly name: string; readonly title: string; readonly text: string }[];
  /** With answers as quotations. */
  readonly questions: string;
}

/** Splits a text at its headings: `## name: title` begins a step. */
export function exerciseText({ text }: Pick<Exercise, "text">, language: Language): ExerciseText {
  const [introduction = "", ...parts] = text[language].split(/^## /m);
  const sections = parts.map((part) => {
    const [, name = "", title = "", own = ""] = /^([a-z0-9-]+): (.*)\n([\s\S]*)$/.exec(part) ?? [];
    return { name, title, text: own.trim() };
  });
  return {
    introduction: introduction.trim(),
    steps: sections.filter(({ name }) => name !== questionsName),
    questions: sections.find(({ name }) => name === questionsName)?.text ?? "",
  };
}

/** The student's edition of the questions. */
export function withoutAnswers(questions: string): string {
  return questions
    .split("\n")
    .filter((line) => !/^\s*>/.test(line))
    .join("\n");
}
