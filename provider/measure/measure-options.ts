import { z } from "zod";
import { exactly, whole } from "../migrate/options";

/** How a move is measured; sdk/migration.ts explains each. */
export const measureOptions = exactly("measure", {
  intervalMs: whole("milliseconds", 1, 1000).default(10),
  pingIntervalMs: whole("milliseconds", 0, 1000).default(50),
  beforeSeconds: whole("whole seconds", 0, 3600).default(5),
  afterSeconds: whole("whole seconds", 0, 3600).default(5),
  requestsPerSecond: whole("requests a second", 0, 1000).default(20),
  neighbour: z.boolean("true or false").default(true),
  memoryWritesMiBps: whole("MiB a second", 0, 4096).default(0),
  diskWritesKiBps: whole("KiB a second", 0, 1_048_576).default(0),
  file: z.string("a path").startsWith("/", "an absolute path").optional(),
});

export type MeasureOptions = z.output<typeof measureOptions>;
/** As a program gives them: every one may be left out. */
export type MeasureOptionsInput = z.input<typeof measureOptions>;
