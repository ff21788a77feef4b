import { z } from "zod";
import { type Figure, type Measurement, phaseNames } from "../sdk/measurement";
import { figure } from "./figure-schema";
import { forecastFigure } from "./forecast-schema";

/** A measurement as it is read back from a state or a file. sdk/measurement.ts says what each figure is. */

const ms = z.number();
/** Of a measurement by an earlier version. */
const notYet = { missing: "it was measured by a version that did not measure this" };

const downtime = z.object({
  ms,
  uncertaintyMs: ms,
  unreachable: figure(z.object({ ms })).default(notYet),
  gapMs: ms,
  gapFromMs: ms,
  gapToMs: ms,
  usualIntervalMs: ms,
  jitterMs: ms,
  longestBeforeMs: ms,
  distinct: z.boolean(),
  observerPauseMs: ms,
  sent: z.number(),
  lost: z.number(),
  duplicates: z.number(),
  reordered: z.number(),
  pending: z.number(),
});

const window = z.object({
  seconds: z.number(),
  answered: z.number(),
  unanswered: z.number(),
  perSecond: z.number(),
  p50Ms: ms,
  p95Ms: ms,
  p99Ms: ms,
  maxMs: ms,
});

const ratio = z.object({ perSecond: z.number(), p50: z.number(), p95: z.number() });

const service = z.object({
  mostPerSecond: z.number(),
  before: figure(window),
  during: figure(window),
  after: figure(window),
  duringToBefore: figure(ratio),
  afterToBefore: figure(ratio),
});

const writingWindow = z.object({ seconds: z.number(), perSecond: z.number() });
const writingRatio = z.object({ perSecond: z.number() });
const writing = z.object({
  askedPerSecond: z.number(),
  before: figure(writingWindow),
  during: figure(writingWindow),
  after: figure(writingWindow),
  duringToBefore: figure(writingRatio),
  afterToBefore: figure(writingRatio),
});

const phase = z.enum(phaseNames);

export const measurementSchema: z.ZodType<Measurement> = z.object({
  observer: z.string(),
  intervalMs: ms,
  downtime: figure(downtime),
  icmpDowntime: figure(downtime).default(notYet),
  total: figure(z.object({ ms, uncertaintyMs: ms.optional(), seenBy: z.enum(["probe", "connection"]) })),
  phases: z.array(
    z.union([z.object({ phase, missing: z.string() }), z.object({ phase, fromMs: ms, toMs: ms })]),
  ),
  service: figure(service),
  neighbour: figure(service).default(notYet),
  memoryWrites: figure(writing).default(notYet),
  diskWrites: figure(writing).default(notYet),
  guestClock: figure(z.object({ stepMs: ms, uncertaintyMs: ms, backwards: z.number(), counterBehindMs: ms })),
  libvirt: z.object({
    downtimeMs: figure(z.object({ ms })),
    jobTimeMs: figure(z.object({ ms })),
    dataMovedMiB: figure(z.object({ mebibytes: z.number() })),
  }),
  forecast: forecastFigure.default({ missing: "it was measured by a version that made none" }),
  clocks: figure(z.object({ uncertaintyMs: ms })),
  samples: figure(z.object({ file: z.string(), spoiltLines: z.number() })),
});

export const measurementFigure: z.ZodType<Figure<Measurement>> = figure(measurementSchema);
