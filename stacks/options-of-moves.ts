import { type MeasureOptionsInput, measureOptions } from "kvmlab-provider/measure/measure-options";
import { exactly, type MigrationOptionsInput, migrationOptions } from "kvmlab-provider/migrate/options";
import { z } from "zod";

/** An option that the resource has and a stack has not. */
interface Excluded {
  readonly name: string;
  readonly why: string;
}

/**
 * Options that stay as they are written: their defaults are the resource's. What is wrong is told by the path inside the object, what is
 * no object at all by the key's own explanation.
 */
function asWritten<Value>(schema: z.ZodType, excluded: Excluded) {
  return z.custom<Value>().superRefine((given, context) => {
    for (const issue of schema.safeParse(given).error?.issues ?? []) {
      const { path, message } = issue;
      const unknown = issue.code === "unrecognized_keys" ? issue.keys : [];
      const why = unknown.includes(excluded.name) ? `: ${excluded.why}` : "";
      const params = path.length > 0 || unknown.length > 0 ? { allowed: `${message}${why}` } : {};
      context.addIssue({ code: "custom", path: [...path], params });
    }
  });
}

/** The lab's Guest resource knows its guest by its name, and would make one of the old name again, on the same disk. */
export const movingOptions = asWritten<MigrationOptionsInput>(
  exactly("options", migrationOptions.omit({ newName: true }).shape),
  { name: "newName", why: "the lab knows its guest by its name" },
);

/** `true`: with the defaults of the options. The samples go where the lab keeps its moves. */
export const measuring = asWritten<boolean | MeasureOptionsInput>(
  z.preprocess(
    (given) => (typeof given === "boolean" ? {} : given),
    exactly("measure", measureOptions.omit({ file: true }).shape),
  ),
  { name: "file", why: "the lab keeps the samples with its moves" },
);
