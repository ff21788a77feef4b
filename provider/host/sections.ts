/** The line that begins a section of a script's answer. The token keeps a text that was looked at from looking like one. */
export function marker(token: string, name: string): string {
  return `=${token}:${name}`;
}

/** The sections of a script's answer by their names, without the marker lines. */
export function sectionsOf(token: string, text: string): ReadonlyMap<string, string> {
  const sections = new Map<string, string>();
  for (const part of `\n${text}`.split(`\n=${token}:`).slice(1)) {
    const end = part.indexOf("\n");
    const name = end < 0 ? part : part.slice(0, end);
    sections.set(name.trim(), end < 0 ? "" : part.slice(end + 1));
  }
  return sections;
}

/** The lines of a section that say something. */
export function linesOf(section: string | undefined): string[] {
  return (section ?? "")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
