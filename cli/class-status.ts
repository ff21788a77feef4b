import pLimit from "p-limit";
import { z } from "zod";
import { knownClass } from "./class-file";
import { statesOfLabs } from "./class-lab-state";
import { type ClassRecord, logOf, type RecordedLab } from "./class-record";
import { type LabProgress, progressText } from "./class-texts";
import { labProcess } from "./lab-process";
import { exitCodes } from "./report-error";

/** Each takes a processor for a second and waits for servers then. */
const checkedAtOnce = 2;

const results = z.array(z.object({ verdict: z.string(), weight: z.number() }));

/**
 * `./lab class status FILE|NAME`: which labs of a class are up, and how far each student is. Changes nothing.
 *
 * @returns the exit code: 1 when a lab that was brought up is not up now
 * @throws LabError KVM-982 when there is no such class
 */
export async function classStatus(place: string, { json }: { readonly json: boolean }): Promise<number> {
  const record = await knownClass(place);
  const labs = await progressOf(record);
  console.log(json ? JSON.stringify(labs) : progressText(record.name, record.deadline, labs));
  const failed = labs.some(({ state }) => state === "off" || state === "broken");
  return failed ? exitCodes.failed : exitCodes.ok;
}

async function progressOf(record: ClassRecord): Promise<LabProgress[]> {
  const states = await statesOfLabs(record.labs.map(({ lab }) => lab));
  const limit = pLimit(checkedAtOnce);
  return Promise.all(
    record.labs.map(async (one): Promise<LabProgress> => {
      const { student, exercise, lab, inClass } = one;
      const state = states.get(lab) ?? "absent";
      const looked =
        state === "up" || state === "broken" ? await limit(() => pointsOf(record, one)) : { note: "" };
      return { student, exercise, lab, state, inClass, ...looked };
    }),
  );
}

async function pointsOf(
  { name, language, checkSeconds }: ClassRecord,
  { lab }: RecordedLab,
): Promise<Pick<LabProgress, "points" | "note">> {
  const words = ["check", "--lab", lab, "--json", "--lang", language];
  const options = { log: logOf(name, lab), limitSeconds: checkSeconds, keepsOutput: true };
  const { stdout, failure } = await labProcess(words, options);
  const checked = checkedIn(stdout);
  if (checked === undefined) return { note: failure };
  const sum = (some: typeof checked) => some.reduce((total, { weight }) => total + weight, 0);
  const reached = sum(checked.filter(({ verdict }) => verdict === "passed"));
  return { points: { reached, of: sum(checked) }, note: "" };
}

/** What `./lab check --json` printed, whether its checks passed or not. */
function checkedIn(stdout: string): z.output<typeof results> | undefined {
  const line = stdout.split("\n").findLast((text) => text.startsWith("["));
  return line === undefined ? undefined : results.safeParse(JSON.parse(line)).data;
}
