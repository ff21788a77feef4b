import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { SchoolClass } from "../course/class/read-class";
import { LabError } from "../errors/lab-error";
import { cacheDir } from "../toolchain/cache";

const recordedLab = z.object({
  student: z.object({ id: z.string(), name: z.string(), email: z.string().optional() }),
  exercise: z.string(),
  slot: z.int(),
  lab: z.string(),
  /** Whether the class file still has the student and the exercise. */
  inClass: z.boolean(),
  /** The student's own, in place of the class's. */
  deadline: z.string().optional(),
});
export type RecordedLab = z.output<typeof recordedLab>;

const recordSchema = z.object({
  name: z.string(),
  /** The class file. */
  file: z.string(),
  language: z.enum(["en", "zh"]),
  checkSeconds: z.number(),
  deadline: z.string().optional(),
  labs: z.array(recordedLab),
});

/** What this machine knows of a class from its first `./lab class up` on. */
export type ClassRecord = z.output<typeof recordSchema>;

const classesFolder = () => join(cacheDir(), "classes");

export function classFolder(name: string): string {
  return join(classesFolder(), name);
}

/** Of the class, as each lab has one of its own. */
export function lockOfClass(name: string) {
  return { name: `class ${name}`, folder: classFolder(name) };
}

/** Where everything is written that was done about a lab. */
export function logOf(className: string, lab: string): string {
  return join(classFolder(className), "logs", `${lab}.log`);
}

export async function readRecord(name: string): Promise<ClassRecord | undefined> {
  const text = await readFile(recordFile(name), "utf8").catch(() => undefined);
  return text === undefined ? undefined : recordSchema.parse(JSON.parse(text));
}

/** @throws LabError KVM-982 when there is no such class */
export async function findRecord(name: string): Promise<ClassRecord> {
  const record = await readRecord(name);
  if (record !== undefined) return record;
  const names = await readdir(classesFolder()).catch((): string[] => []);
  throw new LabError({
    code: "KVM-982",
    expected: names.length === 0 ? "a class" : `one of the classes: ${names.join(", ")}`,
    found: name,
    fix: "./lab class up FILE makes the labs of a class file, and after that the class has its name",
  });
}

export async function writeRecord(record: ClassRecord): Promise<void> {
  await mkdir(join(classFolder(record.name), "logs"), { recursive: true });
  await writeFile(recordFile(record.name), JSON.stringify(record, undefined, 2));
}

/** Its logs go with it. */
export async function removeRecord(name: string): Promise<void> {
  await rm(classFolder(name), { recursive: true, force: true });
}

/** The record of a class as it is now. Labs of students who have left stay in it until they are removed. */
export function recordOf(
  { name, language, limits, deadline }: Pick<SchoolClass, "name" | "language" | "limits" | "deadline">,
  file: string,
  labs: readonly Omit<RecordedLab, "inClass" | "deadline">[],
  earlier: ClassRecord | undefined,
): ClassRecord {
  const own = new Map(earlier?.labs.map((one) => [one.lab, one.deadline]));
  const now = labs.map(({ student, exercise, slot, lab }) => {
    const extended = own.get(lab);
    return { student, exercise, slot, lab, inClass: true, ...(extended ? { deadline: extended } : {}) };
  });
  const names = new Set(now.map(({ lab }) => lab));
  const left = (earlier?.labs ?? []).filter(({ lab }) => !names.has(lab));
  return {
    ...{ name, file, language, checkSeconds: limits.checkSeconds },
    ...(deadline === undefined ? {} : { deadline }),
    labs: [...now, ...left.map((lab) => ({ ...lab, inClass: false }))],
  };
}

function recordFile(name: string): string {
  return join(classFolder(name), "class.json");
}
