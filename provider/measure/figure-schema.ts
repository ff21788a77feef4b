import { z } from "zod";

const missing = z.object({ missing: z.string() });

/** A figure, or the reason why there is none. */
export const figure = <Schema extends z.ZodType>(schema: Schema) => z.union([missing, schema]);
