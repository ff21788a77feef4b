import { measurementSchema } from "kvmlab-provider/measure/measurement-schema";
import { z } from "zod";

/** A line of somebody else's file: none is longer. */
const text = z.string().max(10_000);
const name = z.string().max(200);

/** The states of a check, as `./lab check` tells them. */
const check = z.object({
  step: name,
  check: name,
  verdict: z.enum(["passed", "failed", "unknown"]),
  /** The first line of what was printed. */
  seen: text,
  weight: z.int().min(0).max(1000),
});

/** What root typed on a server, as a file there has it. */
const typed = z.object({
  server: name,
  file: name,
  lines: z.array(text).max(100_000),
});
export type Typed = z.output<typeof typed>;

/** One guest on one host. */
const placed = z.object({
  guest: name,
  host: name,
  uuid: name,
  state: name,
  /** libvirt's word for why it is in that state: `booted`, `migrated` … */
  reason: name,
});

const move = z.object({
  name,
  guest: name,
  from: name,
  to: name,
  migratedAt: name,
  command: text,
  measurement: measurementSchema,
  /** What the figures are computed from; undefined where it is not kept, or is too long. */
  samples: z.string().optional(),
});
export type HandedMove = z.output<typeof move>;

/** What is handed in. All of it is signed. */
export const contentSchema = z.object({
  /** Who hands it in, by `--name`; empty where it is not given. */
  student: name,
  /** When, by the clock of the machine. */
  at: z.iso.datetime(),
  lab: z.object({
    name,
    /** Of a key that is made with the lab's servers: another lab has another one, a copy of the lab the same. */
    identity: name,
  }),
  exercise: z.object({
    name,
    /** Of the checks that were looked at (checksDigest). */
    checks: name,
  }),
  checks: z.array(check).max(1000),
  history: z.array(typed).max(100),
  /** Servers on which a shell is open, whose commands are in no file yet. */
  openShells: z.array(name).max(100),
  /** Servers that did not tell what was typed on them. */
  silent: z.array(name).max(100),
  guests: z.array(placed).max(1000),
  /** The boot of the first guest, as its probe tells it; empty where it does not answer. */
  guestBoot: name,
  moves: z.array(move).max(1000),
  /** What took part, by its name. */
  versions: z.record(name, name),
});
export type Content = z.output<typeof contentSchema>;
