import { migrationOptions } from "kvmlab-provider/migrate/options";
import { z } from "zod";

/** The file of an experiment. docs/how-to/experiments.md explains it. */
export const experimentSchema = z.strictObject({
  lab: z.string().default("dev"),
  /** The same seed gives the same order. */
  seed: z.int().default(1),
  /** How often each combination is measured. */
  repeats: z.int().min(1).max(1000).default(3),
  modes: z.array(migrationOptions.shape.mode).min(1).default(["live"]),
  /** The guest's memory. Another one makes the guest again. */
  memoriesMiB: z.array(z.int().min(64)).min(1).optional(),
  /** How fast the guest writes to its memory, by its own load. */
  dirtyMiBps: z.array(z.int().min(0)).min(1).default([0]),
  /** How fast it writes to its disk, synced. */
  diskWritesKiBps: z.array(z.int().min(0)).min(1).optional(),
  /** `unlimited`, or MiB/s. */
  bandwidthsMiBps: z
    .array(z.union([z.literal("unlimited"), z.int().min(1)]))
    .min(1)
    .default(["unlimited"]),
});
export type Experiment = z.output<typeof experimentSchema>;

/** One move to be measured. */
export interface Run {
  /** What it is, as a stable text: by it a run that was done is known again. */
  readonly id: string;
  readonly repeat: number;
  readonly mode: Experiment["modes"][number];
  readonly memoryMiB: number | undefined;
  readonly dirtyMiBps: number;
  readonly diskWritesKiBps: number | undefined;
  readonly bandwidthMiBps: number | "unlimited";
}

/** Every combination, as often as asked for, in an order that nothing but the seed decides: what drifts meanwhile hits all alike. */
export function plan(experiment: Experiment): Run[] {
  const runs: Run[] = [];
  for (let repeat = 1; repeat <= experiment.repeats; repeat++)
    for (const mode of experiment.modes)
      for (const memoryMiB of experiment.memoriesMiB ?? [undefined])
        for (const dirtyMiBps of experiment.dirtyMiBps)
          for (const diskWritesKiBps of experiment.diskWritesKiBps ?? [undefined])
            for (const bandwidthMiBps of experiment.bandwidthsMiBps) {
              const memory = memoryMiB === undefined ? "" : ` memory=${memoryMiB}`;
              const disk = diskWritesKiBps === undefined ? "" : ` disk=${diskWritesKiBps}`;
              const writes = `dirty=${dirtyMiBps}${disk}`;
              const id = `mode=${mode}${memory} ${writes} bandwidth=${bandwidthMiBps} repeat=${repeat}`;
              runs.push({ id, repeat, mode, memoryMiB, dirtyMiBps, diskWritesKiBps, bandwidthMiBps });
            }
  return shuffled(runs, experiment.seed);
}

/** What is left to do, in the planned order. */
export function remaining(runs: readonly Run[], done: ReadonlySet<string>): Run[] {
  return runs.filter(({ id }) => !done.has(id));
}

/** The `-c` words of a run. */
export function settingsOfRun(run: Run): string[] {
  const { mode, memoryMiB, dirtyMiBps, diskWritesKiBps = 0, bandwidthMiBps } = run;
  const options = { mode, ...(bandwidthMiBps === "unlimited" ? {} : { bandwidthMiBps }) };
  return [
    `migrationOptions=${JSON.stringify(options)}`,
    `measure=${JSON.stringify({ memoryWritesMiBps: dirtyMiBps, diskWritesKiBps })}`,
    ...(memoryMiB === undefined ? [] : [`guestMemoryMiB=${memoryMiB}`]),
  ];
}

/** Fisher and Yates' shuffle. */
function shuffled<T>(values: readonly T[], seed: number): T[] {
  const random = mulberry32(seed);
  const left = [...values];
  const order: T[] = [];
  while (left.length > 0) order.push(...left.splice(Math.floor(random() * left.length), 1));
  return order;
}

/** A small generator whose whole state is its seed (Tommy Ettinger's mulberry32). */
function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), 1 | state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}
