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
