import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { domainName } from "../host/domain-name";

/*
 * The ways of moving, as the Migration's `options`. A message says what is expected, as in resources/inputs.ts. What does
 * not go together is in option-rules.ts; what each becomes on the command line in migrate-command.ts.
 */

/** A whole number in a range; what is expected is said in one phrase. */
export const whole = (what: string, least: number, most: number) =>
  z.int(what).min(least, `${what}, from ${least} to ${most}`).max(most, `${what}, from ${least} to ${most}`);

/** An object whose strangers are named: a misspelt option must not be taken for one left out. */
export function exactly<Shape extends z.core.$ZodLooseShape>(what: string, shape: Shape) {
  const names = Object.keys(shape).join(", ");
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? `none but ${names} (not ${issue.keys.join(", ")})`
        : `${what}: ${names}`,
  });
}

const autoConverge = exactly("auto-converge", {
  initialPercent: whole("per cent", 1, 99).optional(),
  incrementPercent: whole("per cent", 1, 99).optional(),
});

const methods = z
  .array(z.enum(["mt", "xbzrle", "zlib", "zstd"], "mt, xbzrle, zlib or zstd"), "a list of methods")
  .min(1, "at least one method")
  .refine((list) => new Set(list).size === list.length, "each method once");

const compression = exactly("compression", {
  methods,
  mtLevel: whole("a level", 0, 9).optional(),
  mtThreads: whole("a number of threads", 1, 255).optional(),
  mtDecompressionThreads: whole("a number of threads", 1, 255).optional(),
  xbzrleCacheMiB: whole("MiB", 1, 1_048_576).optional(),
  zlibLevel: whole("a level", 0, 9).optional(),
  zstdLevel: whole("a level", 0, 20).optional(),
});

const seconds = (most: number) => whole("whole seconds", 1, most);

const convergence = exactly("convergence", {
  /** Without one: `postCopy` for a hybrid move, `abort` for every other. */
  action: z.enum(["abort", "pause", "postCopy", "force"], "abort, pause, postCopy or force").optional(),
  secondsPerGiB: seconds(86_400).default(800),
  noProgressSeconds: seconds(86_400).default(150),
  maxDowntimeCeilingMs: whole("milliseconds", 1, 2_000_000).default(10_000),
  forceStepSeconds: seconds(3_600).default(10),
});

/** Limits are QEMU's own: 2000 s of downtime, one byte for the number of channels. */
export const migrationOptions = exactly("options", {
  mode: z
    .enum(["live", "paused", "postCopy", "hybrid", "offline"], "live, paused, postCopy, hybrid or offline")
    .default("live"),
  transport: z.enum(["peer-to-peer", "client"], "peer-to-peer or client").default("peer-to-peer"),
  bandwidthMiBps: whole("MiB/s", 1, 8_796_093_022_207).optional(),
  maxDowntimeMs: whole("milliseconds", 1, 2_000_000).optional(),
  autoConverge: autoConverge.optional(),
  compression: compression.optional(),
  parallelConnections: whole("a number of connections", 1, 255).optional(),
  tls: z.boolean("true or false").default(false),
  tunnelled: z.boolean("true or false").default(false),
  dataAddress: z
    .string("an address")
    .regex(
      /^([A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?$/,
      "an address or name of the target, [IPv6] in brackets, with or without :PORT",
    )
    .optional(),
  copyStorage: z.enum(["none", "all", "incremental"], "none, all or incremental").default("none"),
  persistent: z.boolean("true or false").default(true),
  undefineSource: z.boolean("true or false").default(true),
  newName: domainName.optional(),
  convergence: convergence.prefault({}),
  progressSeconds: seconds(60).default(2),
  eventsFile: z.string("a path").min(1, "a path").optional(),
});

export type MigrationOptions = z.output<typeof migrationOptions>;
/** As a program gives them: every one may be left out. */
export type MigrationOptionsInput = z.input<typeof migrationOptions>;

/** Live, whole, carried by the hosts, with nothing limited. */
export const defaultOptions: MigrationOptions = migrationOptions.parse({});

/** Whether two resources' options mean the same. In a preview some may be unknown, and the defaults not filled in. */
export function sameOptions(one: unknown, other: unknown): boolean {
  const meant = (given: unknown) => migrationOptions.safeParse(given ?? {}).data;
  return isDeepStrictEqual(meant(one), meant(other));
}

/** Whether the guest may run on the target before all of its memory is there. */
export function mayPostCopy({ mode }: Pick<MigrationOptions, "mode">): boolean {
  return mode === "postCopy" || mode === "hybrid";
}

/** Whether libvirtd on the source carries the move, so that it outlives whoever asked for it. */
export function carriedByHosts({ transport }: Pick<MigrationOptions, "transport">): boolean {
  return transport === "peer-to-peer";
}

/** What is done about a move that does not converge. */
export function convergenceAction({ mode, convergence: { action } }: MigrationOptions) {
  return action ?? (mode === "hybrid" ? "postCopy" : "abort");
}
