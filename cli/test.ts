import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { checkSettings } from "../stacks/settings";
import { ensureDebianPackages } from "../toolchain/debian-packages";
import { down } from "./down";
import { labStack, projectFolder } from "./lab-stack";
import { prepareToolchainAndImages } from "./prepare";
import { refuseEarly } from "./refuse-early";
import { exitCodes } from "./report-error";
import { showSteps } from "./show-steps";
import { Stages } from "./stages";
import {
  type Counts,
  countsLine,
  countsOf,
  failuresText,
  resultsOf,
  resultsTable,
  type TestResult,
} from "./test-report";
import { warmGain } from "./warm-gain";

/** The longest of them takes three quarters of an hour on 2 emulated cores. */
const testLimitMs = 70 * 60_000;
const checkLimitMs = 10 * 60_000;
/** What no lab needs, only tests: a browser to open the pages in, and an SSH server to run commands on. */
const testNeeds = ["chromium", "openssh-server"];

interface Run {
  readonly counts: Counts;
  readonly tests: readonly TestResult[];
}

/** Runs format, types, the tests that need no machine and those on real ones, and sums up what really ran. */
export async function test(options: { readonly unit: boolean }): Promise<number> {
  const stages = new Stages();
  const settings = checkSettings({});
  if (!options.unit) await refuseEarly(labStack("test"), settings);
  await prepareToolchainAndImages(settings, stages);
  await showSteps([
    {
      title: "What only tests need",
      work: (progress) => stages.run("tests' packages", () => ensureDebianPackages(testNeeds, progress)),
    },
  ]);
  const checks = [
    await stages.run("format and lint", () =>
      passes("node_modules/@biomejs/biome/bin/biome", ["check", "."]),
    ),
    await stages.run("types", () => passes("node_modules/typescript/bin/tsc", ["-p", "."])),
  ];
  const inNoMachine = [
    await stages.run("unit tests", () => vitest("unit")),
    await stages.run("page tests", () => vitest("page")),
  ];
  const onMachines: Run[] = [];
  const folder = await mkdtemp(join(tmpdir(), "kvmlab-journal-"));
  const journal = join(folder, "journal");
  for (const project of options.unit ? [] : (["lab", "faults"] as const))
    onMachines.push(await stages.run(`${project} tests`, () => vitest(project, { KVMLAB_JOURNAL: journal })));
  // Each file of tests takes up the lab as the one before it left it.
  if (!options.unit) await stages.run("taking the lab down", () => down("test"));
  console.log(stages.table());
  console.log(warmGain(await readFile(journal, "utf8").catch(() => ""), stages.totalSeconds));
  await rm(folder, { recursive: true });
  console.log(resultsTable(onMachines.flatMap(({ tests }) => tests)));
  console.log(failuresText([...inNoMachine, ...onMachines].flatMap(({ tests }) => tests)));
  const total = [...inNoMachine, ...onMachines].map(({ counts }) => counts).reduce(add, sum(checks));
  console.log(countsLine(total));
  return total.failed === 0 ? exitCodes.ok : exitCodes.failed;
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

async function vitest(
  project: "unit" | "page" | "lab" | "faults",
  env: Record<string, string> = {},
): Promise<Run> {
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
        env,
      },
    );
    const json = await readFile(output, "utf8").catch(() => "{}");
    return { counts: countsOf(json, run.exitCode === 0), tests: resultsOf(json) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function sum(checks: readonly boolean[]): Counts {
  const passed = checks.filter(Boolean).length;
  return { passed, failed: checks.length - passed, skipped: 0 };
}

function add(a: Counts, b: Counts): Counts {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}
