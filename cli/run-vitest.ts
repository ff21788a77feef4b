import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { projectFolder } from "./lab-stack";
import { stageOf, type TestGroup } from "./test-plan";
import { type Counts, countsOf, explained, resultsOf, type TestResult } from "./test-report";

export interface VitestRun {
  readonly group: TestGroup;
  readonly counts: Counts;
  readonly tests: readonly TestResult[];
  /** What it printed, where that was not shown. */
  readonly output: string;
}

export interface VitestOptions {
  readonly limitMs: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Whether its output is shown as it comes; else it is kept. */
  readonly shown: boolean;
  /** Whether tests with the tag `long` run, and are not skipped. Default true. */
  readonly long?: boolean;
}

/** Runs some files of one project by vitest. Whatever goes wrong with it is a failure that is counted. */
export async function runVitest(group: TestGroup, options: VitestOptions): Promise<VitestRun> {
  const { limitMs, env = {}, shown, long = true } = options;
  const folder = await mkdtemp(join(tmpdir(), "kvmlab-test-"));
  try {
    const json = join(folder, "report.json");
    const reporters = ["--reporter=verbose", "--reporter=json", `--outputFile.json=${json}`];
    const filter = long ? [] : ["--tags-filter=!long"];
    const paths = group.files.map(({ path }) => path);
    const args = ["run", "--project", group.project, ...filter, ...reporters, ...paths];
    const run = await execa(
      process.execPath,
      [join(projectFolder, "node_modules/vitest/vitest.mjs"), ...args],
      {
        cwd: projectFolder,
        stdio: shown ? ["ignore", "inherit", "inherit"] : ["ignore", "pipe", "pipe"],
        all: true,
        reject: false,
        timeout: limitMs,
        env,
      },
    );
    const report = await readFile(json, "utf8").catch(() => "{}");
    const passed = run.exitCode === 0;
    const output = run.all ?? "";
    const failure = run.timedOut ? `it did not end within ${Math.round(limitMs / 1000)} s` : output;
    const tests = explained(resultsOf(report), { name: stageOf(group), passed, failure });
    return { group, counts: countsOf(report, passed), tests, output };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
