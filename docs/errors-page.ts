import type { CatalogEntry } from "kvmlab-provider/errors/catalog-entry";

/** The areas of the codes, by their first digit. */
const areas: Readonly<Record<string, string>> = {
  1: "Configuration",
  2: "Toolchain",
  3: "Hypervisor and images",
  4: "The three servers",
  5: "The guest",
  6: "Migration",
  9: "Command line",
};

/** docs/reference/errors.md: every code, what it means, and how to fix it. */
export function errorsPage(
  catalog: Readonly<Record<string, CatalogEntry>>,
  advice: Readonly<Record<string, string>>,
): string {
  const codes = Object.keys(catalog).sort();
  const sections = Object.entries(areas).flatMap(([digit, area]) => {
    const own = codes.filter((code) => code.startsWith(`KVM-${digit}`));
    return own.length === 0
      ? []
      : [`## ${area}\n\n${own.map((code) => entry(code, catalog[code], advice[code])).join("\n")}`];
  });
  return `# Errors

<!-- Made by \`npm run docs\` from errors/catalog/, provider/errors/catalog/ and errors/lab-advice.ts: change those. -->

Every error of the lab says what was expected, what was found, where, and what fixes it, under a code that stays the same.

${sections.join("\n")}`;
}

function entry(code: string, text: CatalogEntry | undefined, advice: string | undefined): string {
  if (!text) return "";
  const inLab = advice ? `\nIn a lab: ${advice}\n` : "";
  return `### ${code}\n\n**${text.title}.** ${text.explanation}\n\n${text.fix}\n${inLab}`;
}
