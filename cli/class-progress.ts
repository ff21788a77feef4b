import pLimit from "p-limit";
import { z } from "zod";
import type { LabState } from "../course/class/class-plan";
import { type Progress, pointsOfSteps, progressOf, type StepPoints } from "../course/class/progress";
import { exerciseStartedAt } from "./active-exercise";
import { readAttempts } from "./attempts";
import { statesOfLabs } from "./class-lab-state";
import { type ClassRecord, logOf, type RecordedLab } from "./class-record";
import { labProcess } from "./lab-process";
import { labStack } from "./lab-stack";

/** Each takes a processor for a second and waits for servers then. */
const checkedAtOnce = 2;

/** A lab of a class, and how far its student is. */
export interface LabProgress extends RecordedLab {
  readonly state: LabState;
  readonly guests: string;
  /** Undefined where the checks told nothing. */
  readonly progress?: Progress;
  /** Why they told nothing; empty where they did, or where nobody looked. */
  readonly note: string;
}

const results = z.array(z.object({ step: z.string(), verdict: z.string(), weight: z.number() }));

/** Looks at labs of a class, and what their checks show now. Changes nothing, and counts as no attempt of a student's. */
export async function progressOfLabs(
  record: ClassRecord,
  labs: readonly RecordedLab[],
): Promise<LabProgress[]> {
  const states = await statesOfLabs(labs.map(({ lab }) => lab));
  const limit = pLimit(checkedAtOnce);
  return Promise.all(
    labs.map(async (one): Promise<LabProgress> => {
      const { state, guests } = states.get(one.lab) ?? { state: "absent", guests: "" };
      const isThere = state === "up" || state === "broken";
      const looked = isThere ? await limit(() => progressIn(record, one)) : { note: "" };
      return { ...one, state, guests, ...looked };
    }),
  );
}

async function progressIn(
  { name, language, checkSeconds }: ClassRecord,
  { lab }: RecordedLab,
): Promise<Pick<LabProgress, "progress" | "note">> {
  const words = ["check", "--lab", lab, "--json", "--no-counted", "--lang", language];
  const options = { log: logOf(name, lab), limitSeconds: checkSeconds, keepsOutput: true };
  const { stdout, failure } = await labProcess(words, options);
  const now = pointsIn(stdout);
  if (now === undefined) return { note: failure };
  const stack = labStack(lab);
  return { progress: progressOf(now, await readAttempts(stack), exerciseStartedAt(stack)), note: "" };
}

/** What `./lab check --json` printed, whether its checks passed or not. */
function pointsIn(stdout: string): StepPoints[] | undefined {
  const line = stdout.split("\n").findLast((text) => text.startsWith("["));
  const read = line === undefined ? undefined : results.safeParse(JSON.parse(line)).data;
  return read && pointsOfSteps(read);
}
