import { z } from "zod";
import { exactly, whole } from "../migrate/options";

/** How a move is measured; sdk/migration.ts explains each. */
export const measureOptions = exactly("measure", {
  intervalMs: whole("milliseconds", 1, 1000).default(10),
  beforeSeconds: whole("whole seconds", 0, 3600).default(5),
  afterSeconds: whole("whole seconds", 0, 3600).default(5),
  requestsPerSecond: whole("requests a second", 0, 1000).default(20),
  file: z.string("a path").startsWith("/", "an absolute path").optional(),
});

export type MeasureOptions = z.output<typeof measureOptions>;
/** As a program gives them: every one may be left out. */
export type MeasureOptionsInput = z.input<typeof measureOptions>;
