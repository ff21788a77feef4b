import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { measure } from "kvmlab-provider/measure/measurement";
import { measurementSchema } from "kvmlab-provider/measure/measurement-schema";
import type { Measurement } from "kvmlab-provider/sdk/measurement";
import type { Exercise } from "../exercise";
import type { Content, HandedMove } from "./content";

export interface Points {
  readonly points: number;
  readonly of: number;
}

/** The points by the weights that the exercise has here, whatever the hand-in says of weights. */
export function pointsOf({ checks }: Content, { steps }: Exercise): Points {
  const passed = new Set(
    checks.filter(({ verdict }) => verdict === "passed").map(({ step, check }) => `${step}/${check}`),
  );
  const all = steps.flatMap((step) => step.checks.map((check) => ({ step: step.name, ...check })));
  const sum = (some: typeof all) => some.reduce((total, { weight }) => total + weight, 0);
  return { points: sum(all.filter(({ step, name }) => passed.has(`${step}/${name}`))), of: sum(all) };
}

/** What the checks of an exercise look at, in short: two copies of it that differ in this look at different things. */
export function checksDigest({ steps }: Exercise): string {
  const looked = steps.map(({ name, checks }) => [
    name,
    checks.map(({ name: check, on, run, stdout, weight }) => [check, on, run, stdout, weight]),
  ]);
  return createHash("sha256").update(JSON.stringify(looked)).digest("hex").slice(0, 16);
}

/** Whether a move's figures are those of its samples; undefined where it has none. */
export function figuresMatch({ measurement, samples }: HandedMove): boolean | undefined {
  if (samples === undefined) return undefined;
  try {
    return isDeepStrictEqual(figuresOf(measure(samples, undefined)), figuresOf(measurement));
  } catch {
    return false;
  }
}

/** As they are read back from a file, and without its name. */
function figuresOf(measurement: Measurement): Measurement {
  const read = measurementSchema.parse(JSON.parse(JSON.stringify(measurement)));
  return { ...read, samples: { missing: "" } };
}
