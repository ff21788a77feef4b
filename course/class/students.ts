import { z } from "zod";
import type { Fault } from "./faults";

/** More than any class has: a list of another kind is refused before it becomes thousands of labs. */
export const studentsMost = 1000;

const studentSchema = z.strictObject({
  id: z.string().regex(/^[\p{L}\p{N}][\p{L}\p{N}._@-]{0,63}$/u),
  name: z.string().trim().min(1).max(100),
  email: z.email().optional(),
});
export type Student = z.output<typeof studentSchema>;

/** What is allowed in each field, for whoever has to correct it. */
const allowed: Readonly<Record<string, string>> = {
  id: "letters and digits of any script, with . _ @ - inside (64 at most)",
  name: "the student's name (100 characters at most)",
  email: "an address such as li@example.org, or nothing",
};

/** One entry of a list of students, and where it stands. */
export interface StudentEntry {
  readonly value: unknown;
  readonly file: string;
  readonly line: number;
  /** What the field of this key is called there. */
  readonly field: (key: string) => string;
}

/** All students of a list, or what is wrong with it: also who is there twice. */
export function checkStudents(entries: readonly StudentEntry[]): {
  readonly students: readonly Student[];
  readonly faults: readonly Fault[];
} {
  const first = new Map<string, StudentEntry>();
  const students: Student[] = [];
  const faults: Fault[] = [];
  for (const entry of entries) {
    const { value, file, line, field } = entry;
    const read = studentSchema.safeParse(value);
    if (!read.success) {
      faults.push(...read.error.issues.flatMap((issue) => faultsOf(issue, entry)));
      continue;
    }
    const { id } = read.data;
    const earlier = first.get(sameId(id));
    if (earlier === undefined) {
      first.set(sameId(id), entry);
      students.push(read.data);
    } else {
      const found = `${id} again, which line ${earlier.line} has`;
      faults.push({ file, line, field: field("id"), expected: "each student once", found });
    }
  }
  return { students, faults };
}

function faultsOf(issue: z.core.$ZodIssue, { value, file, line, field }: StudentEntry): Fault[] {
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => ({
      ...{ file, line, field: field(key) },
      expected: "one of id, name, email",
      found: key,
    }));
  const [key] = issue.path;
  if (typeof key !== "string") {
    const expected = "a student: {id: …, name: …}";
    return [{ file, line, field: field(""), expected, found: JSON.stringify(value) }];
  }
  const given = Object.entries(value ?? {}).find(([name]) => name === key)?.[1];
  const found = given === undefined || given === "" ? "nothing" : JSON.stringify(given);
  return [{ file, line, field: field(key), expected: allowed[key] ?? issue.message, found }];
}

/** Whoever types an id differently does not mean another student. */
export function sameId(id: string): string {
  return id.normalize("NFKC").toLowerCase();
}
