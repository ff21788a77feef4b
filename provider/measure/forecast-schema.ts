import { z } from "zod";
import type { Forecast } from "../sdk/forecast";
import type { Figure } from "../sdk/measurement";
import { figure } from "./figure-schema";

const ms = z.number();

/** A forecast as it is read back from a state or a file. sdk/forecast.ts says what each figure is. */
const bandwidth = z.object({
  MiBps: z.number(),
  from: z.enum(["last-move", "ssh", "limit"]),
  ageSeconds: z.number().optional(),
});

const forecast: z.ZodType<Forecast> = z.object({
  memoryMiB: z.number(),
  storageMiB: z.number(),
  bandwidth,
  unlimited: figure(bandwidth),
  dirtyRate: figure(z.object({ MiBps: z.number(), mode: z.enum(["page-sampling", "dirty-bitmap"]) })),
  converges: z.boolean(),
  ending: z.enum(["pre-copy", "post-copy", "paused", "pause", "force", "abort"]),
  passes: z.number(),
  dataMiB: z.number(),
  jobMs: ms,
  totalMs: ms,
  downtimeMs: ms,
  maxDowntimeMs: ms,
  alternatives: z.array(z.object({ way: z.enum(["auto-converge", "post-copy"]), jobMs: ms, downtimeMs: ms })),
});

export const forecastFigure: z.ZodType<Figure<Forecast>> = figure(forecast);
