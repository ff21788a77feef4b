import { z } from "zod";

/** In the two languages that an exercise is written in. */
const words = z.strictObject({ en: z.string().min(1), zh: z.string().min(1) });
export type Words = z.output<typeof words>;
export type Language = keyof Words;

/** The lab's servers by the part that they have in an exercise: the storage server, the first host, the second one. */
export const roles = ["nfs", "source", "target"] as const;
export type Role = (typeof roles)[number];
/** Where a command is typed: on one of them, or where `./lab` is. */
export const places = [...roles, "lab"] as const;
const place = z.enum(places);
export type Place = z.output<typeof place>;

const name = z.string().regex(/^[a-z][a-z0-9-]*$/);

const check = z.strictObject({
  name,
  /** Where it is looked at. Of several places one has to pass. */
  on: z.union([place, z.array(place).min(1)]).transform((on) => (typeof on === "string" ? [on] : on)),
  /** A script of sh that changes nothing. The check passes when it ends with 0 … */
  run: z.string().min(1),
  /** … and, where this is given, when what it prints matches. */
  stdout: z.string().optional(),
  pass: words,
  /** May name `seen`: the first line of what was printed. */
  fail: words,
  hint: words,
  /** How long it is waited for, where nothing else is wrong. */
  waitSeconds: z.int().min(0).max(300).default(0),
  weight: z.int().min(1).default(1),
});
export type Check = z.output<typeof check>;

/** A step or a check that another exercise has under this name: it stands there only. */
const borrowed = z.strictObject({ from: name, name });
export type Borrowed = z.output<typeof borrowed>;

const step = z.strictObject({
  name,
  checks: z.array(z.union([borrowed, check])).default([]),
  /** What is typed, line by line, in this order. */
  solution: z.array(z.strictObject({ on: place, run: z.array(z.string().min(1)).min(1) })).min(1),
});
/** A step, with the checks that it has of another exercise. */
export interface Step extends Omit<z.output<typeof step>, "checks"> {
  readonly checks: readonly Check[];
}

function eachOnce(items: readonly { readonly name: string }[]): boolean {
  return new Set(items.map((item) => item.name)).size === items.length;
}

/** exercise.yaml. What there is to read stands beside it: text.en.md and text.zh.md. */
export const exerciseSchema = z.strictObject({
  title: words,
  goal: words,
  minutes: z.int().min(1),
  /** The lab that it is done in where no other is named: a stack of stacks/. */
  stack: z.string(),
  /** What the lab begins with, above that stack's file. */
  settings: z.record(z.string(), z.unknown()).default({}),
  steps: z
    .array(z.union([borrowed, step]))
    .min(1)
    .refine(eachOnce, "each step has a name of its own")
    .refine(
      (steps) => eachOnce(steps.flatMap((one) => ("from" in one ? [] : one.checks))),
      "each check has a name of its own",
    ),
});
/** An exercise as it is written. */
export type WrittenExercise = z.output<typeof exerciseSchema>;

/** An exercise as data. */
export interface Exercise extends Omit<WrittenExercise, "steps"> {
  readonly name: string;
  readonly steps: readonly Step[];
  /** Markdown, with values of a lab to be filled in. */
  readonly text: Words;
}
