import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";

const provider = resolve(__dirname, "../../../provider");
const { dependencies, exports } = JSON.parse(readFileSync(join(provider, "package.json"), "utf8")) as {
  dependencies: Record<string, string>;
  exports: Record<string, string>;
};
const sources = readdirSync(provider, { recursive: true, encoding: "utf8" })
  .filter((file) => /\.(?:ts|pl|json)$/.test(file) && !file.startsWith("node_modules"))
  .map((file) => ({ file, text: readFileSync(join(provider, file), "utf8") }));

it("knows nothing of the lab, its command or a course", () => {
  const found = sources.filter(({ text }) => /\b[Ll]abs?\b|\bLab[A-Z]|\bclassroom\b|\bcourse\b/.test(text));
  expect(sources.length).toBeGreaterThan(150);
  expect(found.map(({ file }) => file)).toEqual([]);
});

it("names each package that it imports, in the version that the project has", () => {
  const project = JSON.parse(readFileSync(join(provider, "../package.json"), "utf8"));
  const imported = sources
    .filter(({ file }) => file.endsWith(".ts"))
    .flatMap(({ text }) => [...text.matchAll(/from "((?:@[\w.-]+\/)?[\w.-]+)(?:\/[^"]*)?"/g)])
    .flatMap(([, name = ""]) => (/^(?:node:|\.)/.test(name) || name === "node" ? [] : [name]));
  expect(Object.keys(dependencies).sort()).toEqual([...new Set(imported)].sort());
  for (const [name, version] of Object.entries(dependencies))
    expect([name, project.dependencies[name] ?? version]).toEqual([name, version]);
});

it("exports files and folders that exist", () => {
  for (const path of Object.values(exports))
    expect(existsSync(join(provider, path.replace(/\*.*/, "")))).toBe(true);
});
