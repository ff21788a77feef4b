import fc from "fast-check";
import { type MigrationOptionsInput, migrationOptions } from "../../../../provider/migrate/options";

const maybe = <T>(some: fc.Arbitrary<T>) => fc.option(some, { nil: undefined });
const methods = fc.uniqueArray(
  fc.constantFrom("mt" as const, "xbzrle" as const, "zlib" as const, "zstd" as const),
  {
    minLength: 1,
  },
);

const given: fc.Arbitrary<MigrationOptionsInput> = fc.record({
  mode: fc.constantFrom("live", "paused", "postCopy", "hybrid", "offline"),
  bandwidthMiBps: maybe(fc.integer({ min: 1, max: 10_000 })),
  maxDowntimeMs: maybe(fc.integer({ min: 1, max: 2_000_000 })),
  autoConverge: maybe(fc.record({ initialPercent: maybe(fc.integer({ min: 1, max: 99 })) })),
  compression: maybe(fc.record({ methods, mtLevel: maybe(fc.integer({ min: 0, max: 9 })) })),
  parallelConnections: maybe(fc.integer({ min: 1, max: 255 })),
  tls: fc.boolean(),
  tunnelled: fc.boolean(),
  dataAddress: maybe(fc.constantFrom("10.0.0.2", "[fd00::2]:49152", "target-data")),
  copyStorage: fc.constantFrom("none", "all", "incremental"),
  persistent: fc.boolean(),
  undefineSource: fc.boolean(),
  newName: maybe(fc.constantFrom("mail", "web_2", "a.b+c-d")),
  convergence: fc.record({ action: maybe(fc.constantFrom("abort", "pause", "postCopy", "force")) }),
});

/** Any options that are each right, whether they go together or not. */
export const anyOptions = given.map((options) => migrationOptions.parse(options));
