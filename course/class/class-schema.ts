import { z } from "zod";

/** What a class file may say depends on what there is here. */
export interface ClassLimits {
  /** The exercises that there are. */
  readonly exercises: readonly string[];
  /** All memory of this machine. */
  readonly machineGiB: number;
}

/** class.yaml. Its students are checked one by one, in whatever file they stand: students.ts. */
export function classSchema({ exercises, machineGiB }: ClassLimits) {
  return z.strictObject({
    name: z.string().regex(/^[a-z]([a-z0-9-]{0,10}[a-z0-9])?$/),
    language: z.enum(["en", "zh"]).default("en"),
    exercises: z
      .array(z.enum(exercises))
      .min(1)
      .refine((names) => new Set(names).size === names.length),
    students: z.union([z.string().min(1), z.array(z.unknown()).min(1)]),
    /** Whether each student's lab has a guest and a network that no other has. */
    differ: z.boolean().default(true),
    where: z
      .strictObject({
        here: z
          .strictObject({
            memoryGiB: z.number().positive().max(machineGiB).optional(),
            atOnce: z.int().min(1).optional(),
          })
          .default({}),
      })
      .default({ here: {} }),
    limits: z
      .strictObject({
        startMinutes: z.int().min(1).max(240).default(30),
        checkSeconds: z.int().min(5).max(600).default(60),
      })
      .default({ startMinutes: 30, checkSeconds: 60 }),
    deadline: z.iso.datetime({ offset: true }).optional(),
  });
}
type Written = z.output<ReturnType<typeof classSchema>>;
export type WrittenClass = Omit<Written, "students">;

/** What is allowed in each field, for whoever has to correct it. */
export function allowedIn({ exercises, machineGiB }: ClassLimits): Readonly<Record<string, string>> {
  return {
    name: "a small letter, then small letters, digits or - (12 at most)",
    language: "en or zh",
    exercises: `a list of ${exercises.join(", ")}, each once`,
    students: "a list of students, each {id: …, name: …}, or the name of a CSV file",
    differ: "true or false",
    where: "{here: {}}, with memoryGiB and atOnce in it",
    "where.here": "memoryGiB and atOnce, or neither",
    "where.here.memoryGiB": `a number, at most what this machine has: ${machineGiB}`,
    "where.here.atOnce": "a whole number from 1 on",
    limits: "startMinutes and checkSeconds",
    "limits.startMinutes": "a whole number from 1 to 240",
    "limits.checkSeconds": "a whole number from 5 to 600",
    deadline: "a time with its zone, such as 2026-12-18T18:00:00+08:00",
  };
}
