import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { LabError } from "../../errors/lab-error";
import { allowedIn, type ClassLimits, classSchema, type WrittenClass } from "./class-schema";
import { decodeText } from "./decode-text";
import { type Fault, refuseFaults } from "./faults";
import { checkStudents, type Student, type StudentEntry, studentsMost } from "./students";
import { studentsOfCsv } from "./students-csv";

/** A class, as its file says, checked. */
export interface SchoolClass extends WrittenClass {
  readonly students: readonly Student[];
}

/**
 * Reads a class file, and the CSV file that it may name, and looks for all that is wrong in both.
 *
 * @throws LabError KVM-980 with every fault, KVM-981 when a file cannot be read
 */
export function readClass(file: string, limits: ClassLimits): SchoolClass {
  const source = new ClassSource(file);
  refuseFaults(source.syntaxFaults());
  const read = classSchema(limits).safeParse(source.values());
  const own = read.success ? [] : source.faultsOf(read.error.issues, limits);
  // What is wrong beside the students does not hide what is wrong with them.
  const listed = listOf(source);
  const checked = checkStudents(listed.entries);
  refuseFaults([...own, ...listed.faults, ...checked.faults]);
  if (!read.success) throw read.error;
  return { ...read.data, students: checked.students };
}

type Path = readonly PropertyKey[];

/** A class file, with the line that each of its values stands in. */
class ClassSource {
  readonly #lines = new LineCounter();
  readonly #document: Document;

  constructor(readonly file: string) {
    this.#document = parseDocument(textOf(file), { lineCounter: this.#lines });
    this.#keepIdsAsWritten();
  }

  values(): unknown {
    return this.#document.toJS();
  }

  get students(): unknown {
    const { contents } = this.#document;
    return isMap(contents) ? Object(this.values()).students : undefined;
  }

  syntaxFaults(): Fault[] {
    return this.#document.errors.map(({ pos: [at], message }) => ({
      ...{ file: this.file, line: this.#lines.linePos(at).line, field: "" },
      expected: "YAML",
      found: message.split("\n")[0] ?? message,
    }));
  }

  /** The line of a key or of an entry of a list, or of what it would stand in. */
  lineOf(path: Path): number {
    const above = path.slice(0, -1);
    const parent = above.length === 0 ? this.#document.contents : this.#document.getIn(above, true);
    const pair = isMap(parent)
      ? parent.items.find(({ key }) => isScalar(key) && key.value === path.at(-1))
      : undefined;
    const node = pair?.key ?? (path.length === 0 ? undefined : this.#document.getIn(path, true));
    if (isNode(node) && node.range) return this.#lines.linePos(node.range[0]).line;
    return path.length === 0 ? 1 : this.lineOf(above);
  }

  faultsOf(issues: readonly z.core.$ZodIssue[], limits: ClassLimits): Fault[] {
    const allowed = allowedIn(limits);
    return issues.flatMap((issue) => {
      if (issue.code === "unrecognized_keys")
        return issue.keys.map((key) =>
          this.#fault([...issue.path, key], `one of ${keysBeside(issue.path, allowed)}`, key),
        );
      // Not where in a list something stands.
      const path = issue.path.filter((part) => typeof part === "string");
      const value = path.length === 0 ? this.values() : this.#document.getIn(issue.path);
      const shown = isNode(value) ? JSON.stringify(value.toJS(this.#document)) : JSON.stringify(value);
      return [this.#fault(issue.path, allowed[path.join(".")] ?? "a class file", shown ?? "nothing")];
    });
  }

  #fault(path: Path, expected: string, found: string): Fault {
    const field = path.filter((part) => typeof part === "string").join(".");
    return { file: this.file, line: this.lineOf(path), field, expected, found };
  }

  /** An id of digits is no number: 007 is not 7. */
  #keepIdsAsWritten(): void {
    const { students } = this;
    if (!Array.isArray(students)) return;
    for (const index of students.keys()) {
      const id = this.#document.getIn(["students", index, "id"], true);
      if (isScalar(id) && typeof id.value === "number") id.value = id.source ?? String(id.value);
    }
  }
}

function listOf(source: ClassSource): {
  readonly entries: readonly StudentEntry[];
  readonly faults: readonly Fault[];
} {
  const { students, file } = source;
  if (Array.isArray(students))
    return withoutTooMany(file, source.lineOf(["students"]), inFile(source, students));
  if (typeof students !== "string" || students === "") return { entries: [], faults: [] };
  const csv = resolve(dirname(file), students);
  const { entries, faults } = studentsOfCsv(textOf(csv), csv);
  if (faults.length > 0) return { entries, faults };
  if (entries.length > 0) return withoutTooMany(csv, 1, entries);
  const none = { file: csv, line: 1, field: "", expected: "a line for each student", found: "none" };
  return { entries, faults: [none] };
}

function inFile(source: ClassSource, students: readonly unknown[]): StudentEntry[] {
  return students.map((value, index) => ({
    value,
    file: source.file,
    line: source.lineOf(["students", index]),
    field: (key) => `students[${index}]${key === "" ? "" : `.${key}`}`,
  }));
}

function withoutTooMany(file: string, line: number, entries: readonly StudentEntry[]) {
  if (entries.length <= studentsMost) return { entries, faults: [] };
  const found = `${entries.length}`;
  const fault = { file, line, field: "students", expected: `${studentsMost} students at most`, found };
  return { entries: [], faults: [fault] };
}

function keysBeside(path: Path, allowed: Readonly<Record<string, string>>): string {
  const prefix = path.length === 0 ? "" : `${path.map(String).join(".")}.`;
  const names = Object.keys(allowed).flatMap((key) =>
    key.startsWith(prefix) ? [key.slice(prefix.length)] : [],
  );
  return names.filter((name) => !name.includes(".")).join(", ");
}

function textOf(file: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new LabError({
      code: "KVM-981",
      expected: `to read ${file}`,
      found: (error as Error).message,
      fix: "check its path; that of the list of students is relative to the class file",
      cause: error,
    });
  }
  return decodeText(bytes, file);
}
