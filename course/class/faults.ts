import { LabError } from "../../errors/lab-error";

/** Something that is wrong in a file that somebody wrote. */
export interface Fault {
  readonly file: string;
  readonly line: number;
  /** `where.here.atOnce`; empty for what is not a matter of one field. */
  readonly field: string;
  readonly expected: string;
  readonly found: string;
}

const nextLine = "\n            ";

/** @throws LabError KVM-980 naming every fault, when there is any */
export function refuseFaults(faults: readonly Fault[]): void {
  if (faults.length === 0) return;
  const told = faults.map(({ field, expected }) => (field === "" ? expected : `${field}: ${expected}`));
  throw new LabError({
    code: "KVM-980",
    expected: told.join(nextLine),
    found: faults.map(({ file, line, found }) => `${file}, line ${line}: ${found}`).join(nextLine),
    fix: "correct the file; docs/how-to/class.md explains every key",
  });
}
