import { totalmem } from "node:os";
import { resolve } from "node:path";
import { type ClassLab, classLabs, labKey } from "../course/class/class-labs";
import { readClass, type SchoolClass } from "../course/class/read-class";
import { sameId } from "../course/class/students";
import { exerciseNames, readExercise } from "../course/read-exercises";
import { LabError } from "../errors/lab-error";
import { readStackFile } from "../stacks/settings";
import { type ClassRecord, findRecord, readRecord } from "./class-record";
import { labStack } from "./lab-stack";

/** A class whose file was read, with its labs. */
export interface OpenedClass {
  readonly file: string;
  readonly school: SchoolClass;
  readonly labs: readonly ClassLab[];
  readonly record: ClassRecord | undefined;
}

/** Whether a class is named by its file, not by its name. */
export function isFile(place: string): boolean {
  return /[/.]/.test(place);
}

/**
 * A class by its file, or by the name that it has after its first `./lab class up`.
 *
 * @throws LabError KVM-980 and KVM-981 for the file, KVM-982 no class of that name
 */
export async function openClass(place: string): Promise<OpenedClass> {
  const file = resolve(isFile(place) ? place : (await findRecord(place)).file);
  const machineGiB = Math.floor((totalmem() / 1024 ** 3) * 10) / 10;
  const school = readClass(file, { exercises: exerciseNames(), machineGiB });
  const record = await readRecord(school.name);
  const kept = new Map(record?.labs.map(({ student, exercise, slot }) => [labKey(student, exercise), slot]));
  const exercises = school.exercises.map((name) => {
    const { settings, stack } = readExercise(name);
    return { name, settings, stackValues: readStackFile(labStack(stack).file) };
  });
  return { file, school, record, labs: classLabs(school, exercises, kept) };
}

/**
 * What this machine knows of a class, by its name or its file.
 *
 * @throws LabError KVM-982 where it knows nothing
 */
export async function knownClass(place: string): Promise<ClassRecord> {
  if (!isFile(place)) return findRecord(place);
  return findRecord((await openClass(place)).school.name);
}

/**
 * The labs of the students that are named; all where none is.
 *
 * @throws LabError KVM-984
 */
export function labsOf<Lab extends { readonly student: { readonly id: string } }>(
  labs: readonly Lab[],
  ids: readonly string[],
): Lab[] {
  if (ids.length === 0) return [...labs];
  const there = new Set(labs.map(({ student }) => sameId(student.id)));
  const unknown = ids.filter((id) => !there.has(sameId(id)));
  if (unknown.length === 0) {
    const wanted = new Set(ids.map(sameId));
    return labs.filter(({ student }) => wanted.has(sameId(student.id)));
  }
  throw new LabError({
    code: "KVM-984",
    expected: "ids of students of the class",
    found: unknown.join(", "),
    fix: "take an id from the list of students; ./lab class status shows those that have a lab",
  });
}
