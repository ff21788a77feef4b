import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkSettings } from "../stacks/settings";
import { down } from "./down";
import { firstLab } from "./first-lab";
import { labStack } from "./lab-stack";
import { projectChecks } from "./project-checks";
import { refuseEarly, refuseFullDisk } from "./refuse-early";
import { exitCodes } from "./report-error";
import { runVitest, type VitestRun } from "./run-vitest";
import { Stages } from "./stages";
import { chosenFiles, type TestFile, testFiles } from "./test-files";
import { needsOfFiles } from "./test-needs";
import { planTests, stageOf, type TestPlan } from "./test-plan";
import { countsLine, failuresText, inAll, resultsTable } from "./test-report";
import { setUpAndRunEarly } from "./test-set-up";
import { warmGain } from "./warm-gain";

/** A file takes some minutes on 2 emulated cores; one that hangs must not hide the results of the others. */
const fileLimitMs = 25 * 60_000;
/** After this no further file begins: who waits for the whole run is to have its result. The long ones take as much again. */
const runLimitSeconds = { short: 85 * 60, all: 180 * 60 };
/** The lab that the tests on real machines share. */
const lab = "test";

export interface TestOptions {
  /** Only those that need no machine. */
  readonly unit: boolean;
  /** The long ones too. */
  readonly all: boolean;
}

/**
 * Sets up what the tests need, runs them, and sums up what really ran: all of them but the long ones, format and types as well; or those
 * files that names stand for, alone.
 *
 * @throws LabError KVM-925 when a name stands for none, and those of the set-up
 */
export async function test(names: readonly string[], { unit, all }: TestOptions): Promise<number> {
  const files = unit ? (await testFiles()).filter(needsNoMachine) : await testFiles();
  const whole = names.length === 0;
  const leftOut = whole && !all ? files.filter(({ long }) => long) : [];
  const chosen = whole ? files.filter((file) => !leftOut.includes(file)) : chosenFiles(names, files);
  const plan = planTests(await needsOfFiles(chosen));
  if (plan.images) await refuseEarly(labStack(lab), checkSettings({}));
  else if (plan.toolchain) await refuseFullDisk();
  const stages = new Stages();
  const folder = await mkdtemp(join(tmpdir(), "kvmlab-journal-"));
  const journal = join(folder, "journal");
  const env = { KVMLAB_JOURNAL: journal, KVMLAB_TESTS_BEGAN: String(Date.now()) };

  const early = await setUpAndRunEarly(plan, stages);
  const building = whole && plan.images ? firstLab(lab, env, stages) : undefined;
  const checks = whole ? await projectChecks(stages) : [];
  const late = await runLate(plan, stages);
  await building;
  const onLabs = await runOnLabs(plan, { env, long: all || !whole }, stages);
  // A file that was ended by its limit may have left a command at work: that must not hide what the others found.
  const takenDown = plan.images ? stages.run("taking the lab down", () => down(lab)) : Promise.resolve();
  const trouble = await takenDown.then(() => undefined, String);

  console.log(stages.table());
  console.log(warmGain(await readFile(journal, "utf8").catch(() => ""), stages.totalSeconds));
  await rm(folder, { recursive: true });
  const runs = [...early, ...late, ...onLabs];
  console.log(resultsTable(runs.filter(onMachines).flatMap(({ tests }) => tests)));
  console.log(failuresText(runs.flatMap(({ tests }) => tests)));
  const counts = inAll(
    checks,
    runs.map((run) => run.counts),
  );
  if (trouble !== undefined) console.log(trouble);
  if (leftOut.length > 0)
    console.log(`Left to npm run test:all: ${leftOut.map(({ name }) => name).join(", ")}`);
  console.log(countsLine(counts));
  return counts.failed === 0 && trouble === undefined ? exitCodes.ok : exitCodes.failed;
}

const needsNoMachine = ({ project }: TestFile) => project === "unit" || project === "page";
const onMachines = ({ group }: VitestRun) => group.project === "lab" || group.project === "faults";

async function runLate({ late }: TestPlan, stages: Stages): Promise<VitestRun[]> {
  const runs: VitestRun[] = [];
  for (const group of late) {
    const options = { limitMs: fileLimitMs, shown: true };
    runs.push(await stages.run(stageOf(group), () => runVitest(group, options)));
  }
  return runs;
}

/** One file at a time, each in a separate run of vitest: none can end the others. */
async function runOnLabs(
  { onLabs }: TestPlan,
  { env, long }: { readonly env: Record<string, string>; readonly long: boolean },
  stages: Stages,
) {
  const limitSeconds = long ? runLimitSeconds.all : runLimitSeconds.short;
  const runs: VitestRun[] = [];
  for (const file of onLabs) {
    const group = { project: file.project, files: [file] };
    const leftMs = Math.ceil(Math.max(limitSeconds - stages.totalSeconds, 1)) * 1000;
    const options = { limitMs: Math.min(fileLimitMs, leftMs), shown: true, env, long };
    runs.push(await stages.run(stageOf(group), () => runVitest(group, options)));
  }
  return runs;
}
