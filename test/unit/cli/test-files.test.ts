import { describe, expect, test } from "vitest";
import { aboutOf, chosenFiles, type TestFile, testFiles } from "../../../cli/test-files";
import { LabError } from "../../../errors/lab-error";

const file = (path: string): TestFile => {
  const [, project = "", ...rest] = path.split("/");
  const name = rest.at(-1)?.replace(".test.ts", "") ?? "";
  return { path, name, project: project as TestFile["project"], long: false };
};
const files = [
  "test/unit/cli/summary.test.ts",
  "test/unit/components/lab.test.ts",
  "test/unit/provider/migrate/converge.test.ts",
  "test/unit/provider/migrate/moves.test.ts",
  "test/page/report-page.test.ts",
  "test/lab/drain.test.ts",
  "test/lab/moves.test.ts",
  "test/lab/warm.test.ts",
  "test/lab/warm-killed.test.ts",
  "test/faults/pre-copy.test.ts",
  "test/faults/post-copy.test.ts",
].map(file);
const chosen = (...names: string[]) =>
  chosenFiles(names, files).map(({ path }) => path.replace(/^test\/|\.test\.ts$/g, ""));

describe("a name stands for", () => {
  test.each<[string, string[]]>([
    ["drain", ["lab/drain"]],
    ["warm", ["lab/warm"]],
    // Of both, which costs a second.
    ["moves", ["unit/provider/migrate/moves", "lab/moves"]],
    // A kind of test, not the file of that name.
    ["lab", ["lab/drain", "lab/moves", "lab/warm", "lab/warm-killed"]],
    ["faults", ["faults/pre-copy", "faults/post-copy"]],
    ["page", ["page/report-page"]],
    ["migrate", ["unit/provider/migrate/converge", "unit/provider/migrate/moves"]],
    ["unit/cli", ["unit/cli/summary"]],
    ["conv", ["unit/provider/migrate/converge"]],
    ["lab/warm", ["lab/warm"]],
    ["lab/wa", ["lab/warm", "lab/warm-killed"]],
    ["test/lab/drain.test.ts", ["lab/drain"]],
    ["./test/faults/", ["faults/pre-copy", "faults/post-copy"]],
  ])("%s", (name, paths) => {
    expect(chosen(name)).toEqual(paths);
  });

  test("each file once, in the order in which all of them stand", () => {
    expect(chosen("faults", "drain", "pre-copy", "summary")).toEqual([
      "unit/cli/summary",
      "lab/drain",
      "faults/pre-copy",
      "faults/post-copy",
    ]);
  });
});

test.each(["drian", "", "kill", "lab/nothing", "test/"])(
  "%j stands for none, and the names are told",
  (name) => {
    const said = () => chosenFiles(["warm", name], files);
    expect(said).toThrow(LabError);
    expect(said).toThrow(/KVM-925[\s\S]*report-page, drain, moves, warm, warm-killed, pre-copy/);
  },
);

test("who mistypes a name is told the one that was meant", () => {
  expect(() => chosenFiles(["drian"], files)).toThrow(/did you mean drain\?/);
  expect(() => chosenFiles(["fault"], files)).toThrow(/did you mean faults\?/);
});

test("every file of this project is found by its own path alone", async () => {
  const all = await testFiles();
  expect(all.length).toBeGreaterThan(100);
  for (const one of all) expect(chosenFiles([one.path], all)).toEqual([one]);
});

test("what npm test leaves out is what says so in its first line", async () => {
  const long = (await testFiles()).filter((one) => one.long).map(({ name }) => name);
  expect(long).toEqual(expect.arrayContaining(["exercises", "releases", "power-off"]));
  expect(long).not.toContain("end-to-end");
});

describe("what a file is about", () => {
  test.each([
    ['describe("moves, there", () => {', "moves, there"],
    ['test.each(rows)("$name", async', "$name"],
    ["it(\n  'is long',\n", "is long"],
    ['lab.test("faults: one copy", faults, slow);', "faults: one copy"],
    ['test.each([["a", 1]])("row %s", () =>', "row %s"],
    ["const nothing = 1;", ""],
  ])("%j", (text, title) => {
    expect(aboutOf(text)).toBe(title);
  });
});
