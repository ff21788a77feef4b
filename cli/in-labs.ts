import pLimit from "p-limit";
import { logOf, type RecordedLab } from "./class-record";
import { labProcess } from "./lab-process";

/** More at a time are no sooner done: two labs that start, or that are reset, use all of two processors. */
const atOnce = 2;

type LabOfClass = Pick<RecordedLab, "student" | "lab">;

/** How a command went in a lab of a class. */
export interface InLab<Lab> {
  readonly lab: Lab;
  readonly seconds: number;
  /** Empty when it did not fail. */
  readonly failure: string;
}

/**
 * Runs a `./lab` command in each of some labs of a class, two at a time, and tells of each when it is done. One that fails stops no other.
 *
 * @param done what a lab is then: `up`, `reset`
 */
export function inLabs<Lab extends LabOfClass>(
  className: string,
  labs: readonly Lab[],
  wordsFor: (lab: Lab) => readonly string[],
  { done, limitSeconds }: { readonly done: string; readonly limitSeconds: number },
): Promise<InLab<Lab>[]> {
  const limit = pLimit(atOnce);
  let count = 0;
  return Promise.all(
    labs.map((one) =>
      limit(async () => {
        const log = logOf(className, one.lab);
        const { seconds, failure } = await labProcess(wordsFor(one), { log, limitSeconds });
        count += 1;
        const { id, name } = one.student;
        const outcome =
          failure === "" ? `${done} after ${Math.round(seconds)} s` : `FAILED: ${failure} (${log})`;
        console.error(`${count} of ${labs.length}: ${one.lab} of ${id} ${name}: ${outcome}`);
        return { lab: one, seconds, failure };
      }),
    ),
  );
}
