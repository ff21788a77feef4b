import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { z } from "zod";
import { checkSettings } from "../stacks/settings";
import { labStack, projectFolder } from "./lab-stack";
import { prepareToolchainAndImages } from "./prepare";
import { refuseEarly } from "./refuse-early";
import { exitCodes } from "./report-error";
import { Stages } from "./stages";

/** The whole of the lab's tests takes about 20 minutes on 2 emulated cores. */
const testLimitMs = 60 * 60_000;
const checkLimitMs = 10 * 60_000;

const report = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
});

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Runs format, types, unit tests and the tests on real machines, and sums up what really ran. */
export async function test(options: { readonly unit: boolean }): Promise<number> {
  const stages = new Stages();
  const settings = checkSettings({});
  if (!options.unit) await refuseEarly(labStack("test"), settings);
  await prepareToolchainAndImages(settings, stages);
  const checks = [
    await stages.run("format and lint", () =>
      passes("node_modules/@biomejs/biome/bin/biome", ["check", "."]),
    ),
    await stages.run("types", () => passes("node_modules/typescript/bin/tsc", ["-p", "."])),
  ];
  const counts = [sum(checks), await stages.run("unit tests", () => vitest("unit"))];
  if (!options.unit) counts.push(await stages.run("lab tests", () => vitest("lab")));
  console.log(stages.table());
  const total = counts.reduce(add);
  console.log(countsLine(total));
  return total.failed === 0 ? exitCodes.ok : exitCodes.failed;
}

/** The line that CI reads. */
export function countsLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

async function passes(script: string, args: readonly string[]): Promise<boolean> {
  const result = await execa(process.execPath, [join(projectFolder, script), ...args], {
    cwd: projectFolder,
    stdio: "inherit",
    reject: false,
    timeout: checkLimitMs,
  });
  return result.exitCode === 0;
}

async function vitest(project: "unit" | "lab"): Promise<Counts> {
  const folder = await mkdtemp(join(tmpdir(), "kvmlab-test-"));
  try {
    const output = join(folder, "report.json");
    const args = [
      "run",
      "--project",
      project,
      "--reporter=verbose",
      "--reporter=json",
      `--outputFile.json=${output}`,
    ];
    const run = await execa(
      process.execPath,
      [join(projectFolder, "node_modules/vitest/vitest.mjs"), ...args],
      {
        cwd: projectFolder,
        stdio: ["ignore", "inherit", "inherit"],
        reject: false,
        timeout: testLimitMs,
      },
    );
    return countsOf(await readFile(output, "utf8").catch(() => "{}"), run.exitCode === 0);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * What vitest reports, as JSON. A run that went wrong has a failure, even where no test of its own did: a file that
 * cannot be loaded, an error outside of all tests, a runner that ended without a report.
 */
export function countsOf(json: string, well: boolean): Counts {
  const { data } = report.safeParse(JSON.parse(json));
  if (!data) return { passed: 0, failed: 1, skipped: 0 };
  const failed = well ? data.numFailedTests : Math.max(data.numFailedTests, 1);
  return { passed: data.numPassedTests, failed, skipped: data.numPendingTests };
}

function sum(checks: readonly boolean[]): Counts {
  const passed = checks.filter(Boolean).length;
  return { passed, failed: checks.length - passed, skipped: 0 };
}

function add(a: Counts, b: Counts): Counts {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}
