import { InvalidArgumentError } from "commander";

/** The option that names the lab, of commands whose arguments are something else. */
export const labOption = ["-l, --lab <stack>", "which lab", "dev"] as const;

/** Takes an option that may be given several times. */
export function collect(word: string, words: readonly string[]): string[] {
  return [...words, word];
}

/** The end of a command's help. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ./lab ${line}`).join("\n")}`;
}

/** Takes an option of minutes. */
export function minutes(text: string): number {
  const number = Number(text);
  if (number > 0 && number <= 600) return number;
  throw new InvalidArgumentError("minutes, from 1 to 600");
}
