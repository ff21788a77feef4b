import { mkdir, writeFile } from "node:fs/promises";
import { freemem, totalmem } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import type { ClassLab } from "../course/class/class-labs";
import { type ClassPlan, capacityOf, classPlan, type LabState, type Turn } from "../course/class/class-plan";
import { LabError } from "../errors/lab-error";
import { checkSettings, readProject } from "../stacks/settings";
import { labsOf, openClass } from "./class-file";
import { statesOfLabs } from "./class-lab-state";
import { lockOfClass, recordOf, writeRecord } from "./class-record";
import { type LabResult, planText, resultText } from "./class-texts";
import { inLabs } from "./in-labs";
import { withLabLock } from "./lab-lock";
import { labStack, stackFile, writtenStacksFolder } from "./lab-stack";
import { refuseEarly } from "./refuse-early";
import { exitCodes } from "./report-error";

const mib = 1024 ** 2;

export interface ClassUpOptions {
  /** Only tell what would be done. */
  readonly dryRun: boolean;
}

type PlannedLab = ClassLab & { readonly state: LabState };

/**
 * `./lab class up FILE|NAME [STUDENT...]`: brings up the labs of a class, as many as this machine's memory carries. What is up stays as it is, and
 * one lab that fails does not stop the others.
 *
 * @returns the exit code: 1 when a lab failed
 * @throws LabError KVM-980 to KVM-984, and what ends each lab in its first second (refuse-early.ts)
 */
export async function classUp(
  place: string,
  ids: readonly string[],
  { dryRun }: ClassUpOptions,
): Promise<number> {
  const { file, school, labs, record } = await openClass(place);
  const wanted = labsOf(labs, ids);
  const planned = async () => planOf(labs, wanted, school.where.here);
  if (dryRun) {
    console.log(planText(school, await planned()));
    return exitCodes.ok;
  }
  await refuseEarlyIn(labs);
  return withLabLock(lockOfClass(school.name), async () => {
    await writeRecord(recordOf(school, file, labs, record));
    await writeStackFiles(labs, school.name);
    const plan = await planned();
    console.error(planText(school, plan));
    const results = await bringUp(school.name, plan, school.language, school.limits.startMinutes * 60);
    console.log(resultText(results, school.name));
    return results.some(({ failure }) => failure !== "") ? exitCodes.failed : exitCodes.ok;
  });
}

/** @throws LabError KVM-983 when not even one lab would run */
async function planOf(
  labs: readonly ClassLab[],
  wanted: readonly ClassLab[],
  here: Parameters<typeof capacityOf>[0],
): Promise<ClassPlan<PlannedLab>> {
  const asked = new Set(wanted.map(({ lab }) => lab));
  const states = await statesOfLabs(labs.map(({ lab }) => lab));
  const withState = (lab: ClassLab) => ({ ...lab, state: states.get(lab.lab)?.state ?? ("absent" as const) });
  const machine = { totalMiB: totalmem() / mib, availableMiB: freemem() / mib };
  const capacity = capacityOf(here, machine, labs.map(withState));
  const plan = classPlan(labs.map(withState), capacity, ({ lab }) => asked.has(lab));
  if (plan.memoryMiB > 0) return plan;
  throw new LabError({
    code: "KVM-983",
    expected: `${wanted[0]?.memoryMiB} MiB for a lab`,
    found: `${capacity.memoryMiB} MiB that the class may take`,
    fix: "end other labs (./lab down NAME) or programs; or raise where.here.memoryGiB in the class file",
  });
}

/** One for all: they differ in nothing that is looked at here. */
async function refuseEarlyIn([lab]: readonly ClassLab[]): Promise<void> {
  if (lab) await refuseEarly(labStack(lab.lab), checkSettings(lab.values));
}

/** Each lab has the file of a stack, as any other: with it all verbs know the lab. */
async function writeStackFiles(labs: readonly ClassLab[], className: string): Promise<void> {
  const prefix = readProject().name;
  await mkdir(writtenStacksFolder(), { recursive: true });
  for (const { lab, student, exercise, values } of labs) {
    const config = Object.fromEntries(
      Object.entries(values).map(([key, value]) => [`${prefix}:${key}`, value]),
    );
    const text = `# Of ${student.id} in the class ${className}, for the exercise ${exercise}. Written by ./lab class up.\n`;
    await writeFile(join(writtenStacksFolder(), stackFile(lab)), text + stringify({ config }));
  }
}

async function bringUp(
  className: string,
  { turns }: ClassPlan<PlannedLab>,
  language: "en" | "zh",
  limitSeconds: number,
): Promise<LabResult[]> {
  const work = turns.flatMap(({ lab, turn }) => {
    const words = wordsFor(lab, turn, language);
    return words ? [{ ...lab, words }] : [];
  });
  const ran = await inLabs(className, work, ({ words }) => words, { done: "up", limitSeconds });
  const results = new Map(ran.map(({ lab, seconds, failure }) => [lab.lab, { seconds, failure }]));
  return turns.map(({ lab, turn }) => ({
    ...{ ...lab, turn },
    ...(results.get(lab.lab) ?? { seconds: 0, failure: "" }),
  }));
}

/** What is typed for it; nothing where nothing is done. */
function wordsFor({ lab, exercise }: ClassLab, turn: Turn, language: "en" | "zh"): string[] | undefined {
  if (turn === "start") return ["exercise", "start", exercise, "--lab", lab, "--lang", language];
  // As its exercise began: that is in the file of its stack. Starting the exercise again would leave a bare lab as it is.
  return turn === "repair" ? ["up", lab] : undefined;
}
