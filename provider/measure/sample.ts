import { z } from "zod";
import { forecastFigure } from "./forecast-schema";

/*
 * The lines of a file of samples. Those with `t` are the observer's, in µs of its monotonic clock; those with `c` are this
 * machine's, in ms of its own. Links tell how the one stands to the other.
 */

const t = z.number();
const c = z.number();
const n = z.int().min(0);
/** Whose service it is; left out where it is the guest's. */
const of = z.literal("neighbour").optional();

const observed = [
  z.object({ k: z.literal("start"), t, interval: z.number(), rate: z.number() }),
  z.object({ k: z.literal("sent"), t, n }),
  z.object({ k: z.literal("unsent"), t, n, why: z.string() }),
  z.object({
    k: z.literal("got"),
    t,
    n,
    uptime: z.number(),
    counter: z.number(),
    boot: z.string().optional(),
    /** What the guest wrote by its loads since it began: pages of its memory, KiB of its disk. */
    pages: z.number().optional(),
    kib: z.number().optional(),
  }),
  z.object({ k: z.literal("odd"), t }),
  z.object({ k: z.literal("ping"), t, n }),
  z.object({ k: z.literal("echo"), t, n }),
  z.object({ k: z.literal("pingless"), t, why: z.string() }),
  z.object({ k: z.literal("req"), t, ms: z.number().min(0), of }),
  z.object({ k: z.literal("open"), t, of }),
  z.object({ k: z.literal("tcp"), t, is: z.string(), why: z.string().optional(), of }),
  z.object({ k: z.literal("pong"), t, w: z.string() }),
  z.object({ k: z.literal("end"), t }),
] as const;

export const markNames = [
  "begin",
  "preflighted",
  "command",
  "virsh-ended",
  "answered",
  "proved",
  "end",
] as const;
/** What the machine that moves the guest was at. */
export type MarkName = (typeof markNames)[number];

const own = [
  z.object({
    k: z.literal("about"),
    c,
    guest: z.string(),
    from: z.string(),
    to: z.string(),
    observer: z.string(),
    interval: z.number(),
    rate: z.number(),
    /** Left out in samples of earlier versions, which had none of these. */
    pingInterval: z.number().default(0),
    neighbour: z.boolean().default(false),
    memoryWritesMiBps: z.number().default(0),
    diskWritesKiBps: z.number().default(0),
    /** Why nothing was observed; left out where something was. */
    blind: z.string().optional(),
  }),
  z.object({ k: z.literal("mark"), c, at: z.enum(markNames) }),
  /** A line to the observer and its answer: sent at `c`, back at `back`, answered at `t`. */
  z.object({ k: z.literal("link"), c, back: z.number(), t }),
  /** libvirt's figures while the job goes on, as in an events file. */
  z.looseObject({ k: z.literal("event"), c, phase: z.string() }),
  /** The observer, or the neighbour, ended before it was told to; or the guest could not be told to write. */
  z.object({ k: z.literal("broken"), c, why: z.string(), of: z.enum(["neighbour", "writes"]).optional() }),
  /** What was expected of the move before it began. */
  z.object({ k: z.literal("forecast"), c, told: forecastFigure }),
  /** libvirt's figures when it is done; -1 for what it does not tell. */
  z.object({
    k: z.literal("libvirt"),
    c,
    downtimeMs: z.number(),
    jobTimeMs: z.number(),
    dataMovedMiB: z.number(),
  }),
] as const;

const sampleSchema = z.discriminatedUnion("k", [...observed, ...own]);
export type Sample = z.output<typeof sampleSchema>;
export type SampleOf<K extends Sample["k"]> = Extract<Sample, { k: K }>;

/** One line; undefined when it is none, as the last one of a connection that broke. */
export function parseSample(line: string): Sample | undefined {
  try {
    return sampleSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

/** A whole file. Lines that cannot be read are counted, never dropped in silence. */
export function parseSamples(text: string): { readonly samples: Sample[]; readonly spoiltLines: number } {
  const lines = text.split("\n").filter((line) => line !== "");
  const samples = lines.flatMap((line) => parseSample(line) ?? []);
  return { samples, spoiltLines: lines.length - samples.length };
}
