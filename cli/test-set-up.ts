import { checkSettings } from "../stacks/settings";
import { ensureDebianPackages } from "../toolchain/debian-packages";
import type { Progress } from "../toolchain/progress";
import { imagesStep, toolchainStep } from "./prepare";
import { runVitest, type VitestRun } from "./run-vitest";
import { type Step, showSteps } from "./show-steps";
import type { Stages } from "./stages";
import { stageOf, type TestPlan } from "./test-plan";

const earlyLimitMs = 15 * 60_000;

/**
 * Sets up what a plan needs. The tests that need no toolchain run while that is built: they mostly wait, and a compiler leaves them
 * processor enough. They begin when all Debian packages are there, because some use programs of theirs.
 */
export async function setUpAndRunEarly(plan: TestPlan, stages: Stages): Promise<VitestRun[]> {
  const images = plan.images ? [imagesStep(checkSettings({}), stages)] : [];
  const before = [...images, packagesStep(plan, stages)];
  if (!plan.toolchain) {
    await showSteps(before);
    return runEarly(plan, stages, true);
  }
  let runs: VitestRun[] = [];
  const meanwhile: Step = {
    title: "What tests need, and those that need no lab",
    work: async (progress) => {
      for (const { work } of before) await work(progress);
      runs = await runEarly(plan, stages, false, progress);
    },
  };
  await showSteps([toolchainStep(stages, () => undefined), meanwhile], { concurrent: true });
  for (const { output } of runs) console.log(output);
  return runs;
}

function packagesStep({ debianPackages }: TestPlan, stages: Stages): Step {
  return {
    title: "What only tests need",
    work: (progress) => stages.run("tests' packages", () => ensureDebianPackages(debianPackages, progress)),
  };
}

async function runEarly(
  { early }: TestPlan,
  stages: Stages,
  shown: boolean,
  progress: Progress = () => undefined,
): Promise<VitestRun[]> {
  const runs: VitestRun[] = [];
  for (const group of early) {
    progress(`${stageOf(group)}: ${group.files.length} files`);
    const run = await stages.run(stageOf(group), () => runVitest(group, { limitMs: earlyLimitMs, shown }));
    progress(`${stageOf(group)}: ${run.counts.passed} passed, ${run.counts.failed} failed`);
    runs.push(run);
  }
  return runs;
}
