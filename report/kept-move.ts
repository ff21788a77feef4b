import { measurementSchema } from "kvmlab-provider/measure/measurement-schema";
import { z } from "zod";

/** On what a move was measured: without it no figure can be compared with another. */
const measuredOn = z.object({
  /** This machine's processor. */
  processor: z.string(),
  processors: z.number(),
  /** How the guest runs on its host: tcg is emulation. */
  guestAcceleration: z.string(),
  /** What each host says it runs on (systemd-detect-virt): kvm, qemu (emulated), none … */
  hosts: z.record(z.string(), z.string()),
});
export type MeasuredOn = z.output<typeof measuredOn>;

/** One measured move as it is kept: moves/<time>.json, with its samples beside it in moves/<time>.jsonl. */
export const keptMoveSchema = z.object({
  lab: z.string(),
  guest: z.string(),
  from: z.string(),
  to: z.string(),
  /** When it ended, ISO 8601. */
  migratedAt: z.string(),
  command: z.string(),
  measurement: measurementSchema,
  proofs: z.array(
    z.object({ name: z.string(), verdict: z.enum(["proved", "failed", "unproved"]), facts: z.string() }),
  ),
  /** libvirt's answers while it went on, as they came: the lines of an events file. */
  events: z.array(z.looseObject({ phase: z.string() })),
  /** What took part, by its name: the lab, Node.js, and each host's kernel, libvirt and QEMU. */
  versions: z.record(z.string(), z.string()),
  measuredOn,
  /** The stack's settings that shape a move. */
  settings: z.record(z.string(), z.unknown()),
});
export type KeptMove = z.output<typeof keptMoveSchema>;
