import { hasStep, readExercise, stepOf } from "../course/read-exercises";
import { knownClass, labsOf } from "./class-file";
import { type ClassRecord, findRecord, lockOfClass, type RecordedLab, writeRecord } from "./class-record";
import { inLabs } from "./in-labs";
import { withLabLock } from "./lab-lock";
import { exitCodes } from "./report-error";

/** The first time the solutions of all steps before are typed. */
const limitSeconds = { reset: 600, catchUp: 1800 };

/**
 * `./lab class reset FILE|NAME STUDENT...`: labs of these students as they were when they were brought up. What was done in them since is gone.
 *
 * @returns the exit code: 1 when one could not be reset
 * @throws LabError KVM-982 no such class, KVM-984 no such student
 */
export async function classReset(place: string, ids: readonly string[]): Promise<number> {
  const record = await knownClass(place);
  const limits = { done: "reset", limitSeconds: limitSeconds.reset };
  return changed(record, labsOf(record.labs, ids), ({ lab }) => ["reset", lab], limits);
}

/**
 * `./lab class catch-up FILE|NAME STEP [STUDENT...]`: labs as they are when everything before this step is done: of these students, or of all.
 *
 * @returns the exit code: 1 when one did not come there
 * @throws LabError KVM-951 no exercise of the class has such a step, KVM-982 no such class, KVM-984 no such student
 */
export async function classCatchUp(place: string, step: string, ids: readonly string[]): Promise<number> {
  const record = await knownClass(place);
  const labs = labsOf(record.labs, ids);
  const concerned = labs.filter(({ exercise }) => hasStep(readExercise(exercise), step));
  const [first] = labs;
  if (concerned.length === 0 && first) stepOf(readExercise(first.exercise), step);
  const limits = { done: `where the step ${step} begins`, limitSeconds: limitSeconds.catchUp };
  return changed(record, concerned, ({ lab }) => ["catch-up", step, "--lab", lab], limits);
}

/**
 * `./lab class extend FILE|NAME TIME [STUDENT...]`: another deadline, of these students or of all. It stays when the class is brought up again.
 *
 * @throws LabError KVM-982 no such class, KVM-984 no such student
 */
export async function classExtend(place: string, deadline: string, ids: readonly string[]): Promise<void> {
  const { name } = await knownClass(place);
  await withLabLock(lockOfClass(name), async () => {
    const record = await findRecord(name);
    const extended = new Set(labsOf(record.labs, ids).map(({ lab }) => lab));
    const labs = record.labs.map((one) => (extended.has(one.lab) ? { ...one, deadline } : one));
    await writeRecord({ ...record, labs });
    console.log(
      `${ids.length === 0 ? "All students" : ids.join(", ")} of the class ${name}: until ${deadline}`,
    );
  });
}

async function changed(
  { name }: ClassRecord,
  labs: readonly RecordedLab[],
  wordsFor: (lab: RecordedLab) => readonly string[],
  limits: { readonly done: string; readonly limitSeconds: number },
): Promise<number> {
  const results = await withLabLock(lockOfClass(name), () => inLabs(name, labs, wordsFor, limits));
  const failed = results.filter(({ failure }) => failure !== "");
  console.log(
    `${results.length - failed.length} of ${results.length} labs of the class ${name}: ${limits.done}`,
  );
  return failed.length > 0 ? exitCodes.failed : exitCodes.ok;
}
