import { isDone, sumOf } from "../course/class/progress";
import { knownClass, labsOf } from "./class-file";
import { progressOfLabs } from "./class-progress";
import { progressText, stepsText } from "./class-texts";
import { exitCodes } from "./report-error";

interface ClassStatusOptions {
  readonly json: boolean;
}

/**
 * `./lab class status FILE|NAME`: which labs of a class are up, and how far each student is. Changes nothing.
 *
 * @returns the exit code: 1 when a lab that was brought up is not up now
 * @throws LabError KVM-982 when there is no such class
 */
export async function classStatus(place: string, { json }: ClassStatusOptions): Promise<number> {
  const record = await knownClass(place);
  const labs = await progressOfLabs(record, record.labs);
  const shown = labs.map(({ progress, ...lab }) => ({ ...lab, points: progress && sumOf(progress.steps) }));
  console.log(json ? JSON.stringify(shown) : progressText(record, labs));
  const failed = labs.some(({ state }) => state === "off" || state === "broken");
  return failed ? exitCodes.failed : exitCodes.ok;
}

/**
 * `./lab class check FILE|NAME [STUDENT...]`: which steps are done in labs of a class. Changes nothing.
 *
 * @returns the exit code: 1 when a step is not done, or a lab could not be looked at
 * @throws LabError KVM-982 no such class, KVM-984 no such student
 */
export async function classCheck(
  place: string,
  ids: readonly string[],
  { json }: ClassStatusOptions,
): Promise<number> {
  const record = await knownClass(place);
  const labs = await progressOfLabs(record, labsOf(record.labs, ids));
  console.log(json ? JSON.stringify(labs) : stepsText(labs));
  return labs.every(({ progress }) => isDone(progress)) ? exitCodes.ok : exitCodes.failed;
}
