import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { closest } from "fastest-levenshtein";
import { LabError } from "../errors/lab-error";
import { projectFolder } from "./lab-stack";
import { textTable } from "./table";

/** Those that need no machine, and those on real ones: vitest.config.mts says how each runs. */
export const testProjects = ["unit", "page", "lab", "faults"] as const;
export type TestProject = (typeof testProjects)[number];

export interface TestFile {
  /** test/lab/drain.test.ts */
  readonly path: string;
  /** drain */
  readonly name: string;
  readonly project: TestProject;
  /** Whether all of its tests have the tag `long`: its first line says so. */
  readonly long: boolean;
}

const longFile = /^\/\/ @module-tag long$/m;

/** Every file of tests, project by project. */
export async function testFiles(): Promise<TestFile[]> {
  const ofProjects = await Promise.all(testProjects.map(filesOfProject));
  return ofProjects.flat();
}

async function filesOfProject(project: TestProject): Promise<TestFile[]> {
  const paths = await readdir(join(projectFolder, "test", project), { recursive: true });
  const files = paths.filter((path) => path.endsWith(".test.ts")).sort();
  return Promise.all(
    files.map(async (file) => {
      const path = join("test", project, file);
      const text = await readFile(join(projectFolder, path), "utf8");
      return { path, name: basename(file, ".test.ts"), project, long: longFile.test(text) };
    }),
  );
}

/**
 * The files that names stand for, each once. A name is that of a file (`drain`), of a folder (`faults`, `cli`), or a piece of a path:
 * with a slash of any file's (`lab/wa`), without one of a unit test's (`converge`).
 *
 * @throws LabError KVM-925 when a name stands for none
 */
export function chosenFiles(names: readonly string[], files: readonly TestFile[]): TestFile[] {
  const chosen = new Set(names.flatMap((name) => filesOf(name, files)));
  return files.filter((file) => chosen.has(file));
}

function filesOf(given: string, files: readonly TestFile[]): readonly TestFile[] {
  const name = given.replace(/^(\.\/)?test\//, "").replace(/(\.test)?\.ts$|\/$/, "");
  const readings: readonly ((file: TestFile) => boolean)[] = [
    (file) => file.path === `test/${name}.test.ts`,
    (file) => file.project === name,
    (file) => file.name === name,
    (file) => foldersOf(file).includes(name),
    (file) => (name.includes("/") || file.project === "unit") && file.path.includes(name),
  ];
  const found = readings.map((reading) => files.filter(reading)).find((some) => some.length > 0);
  if (name !== "" && found) return found;
  throw unknownName(given, files);
}

/** `unit`, `unit/provider`, `provider`, … */
function foldersOf({ path }: TestFile): string[] {
  const [, ...folders] = path.split("/").slice(0, -1);
  return folders.flatMap((folder, index) => [folder, folders.slice(0, index + 1).join("/")]);
}

function unknownName(name: string, files: readonly TestFile[]): LabError {
  const onMachines = files.filter(({ project }) => project !== "unit").map((file) => file.name);
  const all = [...new Set([...files.map((file) => file.name), ...files.flatMap(foldersOf)])];
  return new LabError({
    code: "KVM-925",
    expected: `a file of tests (${onMachines.join(", ")}), a folder of them (${testProjects.join(", ")}), or a piece of a unit test's path`,
    found: name,
    fix: `did you mean ${closest(name, all)}? ./lab test --list shows all`,
  });
}

/** All of them, with what each is about in its own title; those on real machines first. */
export async function testList(): Promise<string> {
  const files = await testFiles();
  const byProject = testProjects
    .toReversed()
    .flatMap((one) => files.filter(({ project }) => project === one));
  const rows = byProject.map(async ({ name, path, project }) => {
    const text = await readFile(join(projectFolder, path), "utf8");
    return [name, project, aboutOf(text)];
  });
  return textTable(["name", "kind", "what it is about"], await Promise.all(rows));
}

/** The first title in a file of tests. */
export function aboutOf(text: string): string {
  const [, , title] = /\b(?:describe|test|it)(?:\.\w+\(.*?\))?\(\s*(["'`])(.*?)\1/s.exec(text) ?? [];
  return title ?? "";
}
