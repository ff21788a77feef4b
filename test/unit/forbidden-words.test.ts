import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const project = resolve(__dirname, "../..");
const places = [
  ...[
    "bench",
    "cli",
    "components",
    "docs",
    "errors",
    "experiment",
    "machines",
    "provider",
    "report",
    "stacks",
    "templates",
  ],
  ...["test", "toolchain", "README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"],
];
const read = /\.(?:ts|md|hbs|sh|yaml)$/;

/** Words that this project once had for something the field has another word for, and the field's word. */
const forbidden: Readonly<Record<string, RegExp>> = {
  "again, or new": /\banew\b/i,
  "should, or must": /\bshall\b/i,
  alternately: /\bby turns\b/i,
  compute: /\breckon/i,
  "evaluate, check": /\bjudg(?:e[sd]?|ing|e?ments?)\b/i,
  "message, output": /\bown words\b/i,
  observation: /\btestimony\b/i,
  "your own": /\bof one's own\b/i,
  fix: /\bmend(?:s|ed|ing)?\b/i,
  "pass, fail, skipped": /verdict: "(?:holds|fails|unseen)"/,
  PartialFailure: /DoneButFailed/,
  previewOutputs: /\bforesee\(/,
};

const left = new Set([
  "test/unit/forbidden-words.test.ts",
  // Another text of it would replace the servers of labs that run.
  "templates/machine/domain.xsl.hbs",
]);

async function filesIn(place: string): Promise<string[]> {
  if (read.test(place)) return [place];
  const names = await readdir(join(project, place), { recursive: true });
  return names
    .filter((name) => read.test(name) && !name.includes("node_modules"))
    .map((name) => join(place, name));
}

test("nobody falls back into words of the project's own", async () => {
  const files = (await Promise.all(places.map(filesIn))).flat().filter((file) => !left.has(file));
  expect(files.length).toBeGreaterThan(500);
  const found = await Promise.all(
    files.map(async (file) => {
      const lines = (await readFile(join(project, file), "utf8")).split("\n");
      return lines.flatMap((line, index) =>
        Object.entries(forbidden)
          .filter(([, word]) => word.test(line))
          .map(([instead]) => `${file}:${index + 1}: ${instead} instead of: ${line.trim()}`),
      );
    }),
  );
  expect(found.flat()).toEqual([]);
});
