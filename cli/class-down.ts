import { rm } from "node:fs/promises";
import { join } from "node:path";
import { exists } from "../toolchain/cache";
import { knownClass, labsOf } from "./class-file";
import { type ClassRecord, classFolder, lockOfClass, type RecordedLab, removeRecord } from "./class-record";
import { inLabs } from "./in-labs";
import { withLabLock } from "./lab-lock";
import { labStack, stackFile, writtenStacksFolder } from "./lab-stack";
import { exitCodes } from "./report-error";

const limitSeconds = 300;

/**
 * `./lab class down FILE|NAME [STUDENT...]`: removes the labs of a class, and what is known of it; of the students that are named, their labs only.
 *
 * @returns the exit code: 1 when a lab could not be removed
 * @throws LabError KVM-982 no such class, KVM-984 no such student
 */
export async function classDown(place: string, ids: readonly string[]): Promise<number> {
  const record = await knownClass(place);
  const labs = labsOf(record.labs, ids);
  const failures = await withLabLock(lockOfClass(record.name), () => removeLabs(record, labs));
  if (failures > 0) {
    console.log(
      `${failures} labs of the class ${record.name} could not be removed: ${classFolder(record.name)}/logs has why.`,
    );
    return exitCodes.failed;
  }
  if (ids.length === 0) {
    // A student whose lab is removed alone keeps its name and its network.
    for (const { lab } of labs) await rm(join(writtenStacksFolder(), stackFile(lab)), { force: true });
    await removeRecord(record.name);
  }
  console.log(
    ids.length === 0
      ? `The class ${record.name} is removed.`
      : `The labs of ${ids.join(", ")} in the class ${record.name} are removed.`,
  );
  return exitCodes.ok;
}

/** How many could not be removed. */
async function removeLabs({ name }: ClassRecord, labs: readonly RecordedLab[]): Promise<number> {
  const there = await Promise.all(labs.map(({ lab }) => exists(labStack(lab).folder)));
  const removed = await inLabs(
    name,
    labs.filter((_, index) => there[index]),
    ({ lab }) => ["down", lab],
    { done: "removed", limitSeconds },
  );
  return removed.filter(({ failure }) => failure !== "").length;
}
