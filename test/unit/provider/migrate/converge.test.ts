import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JobSample } from "../../../../provider/host/job-text";
import {
  type CarriedOut,
  converge,
  follow,
  type Intervention,
  type Progress,
} from "../../../../provider/migrate/converge";
import { type MigrationOptionsInput, migrationOptions } from "../../../../provider/migrate/options";

const sample = (seconds: number, remainingMiB: number, more: Partial<JobSample> = {}): JobSample => ({
  elapsedMs: seconds * 1000,
  totalMiB: 1024,
  processedMiB: 0,
  remainingMiB,
  bandwidthMiBps: 10,
  dirtyMiBps: 20,
  iteration: 2,
  expectedDowntimeMs: undefined,
  throttlePercent: undefined,
  postCopy: false,
  ...more,
});
const soFar = (...samples: JobSample[]) =>
  samples.reduce<Progress | undefined>((progress, next) => follow(progress, next), undefined);
const options = (given: MigrationOptionsInput) => migrationOptions.parse(given);

/** Runs a whole move through the policy; every intervention works at once. */
function run(samples: readonly JobSample[], given: MigrationOptionsInput): [number, Intervention][] {
  const done: CarriedOut[] = [];
  let progress: Progress | undefined;
  for (const next of samples) {
    progress = follow(progress, next);
    const intervention = converge(progress, options(given), done);
    if (intervention) done.push({ intervention, atMs: next.elapsedMs });
  }
  return done.map(({ atMs, intervention }) => [atMs / 1000, intervention]);
}

const standing = Array.from({ length: 400 }, (_, index) => sample(2 + 2 * index, 100));

describe("a move that carries nothing any more", () => {
  const cut = Array.from({ length: 100 }, (_, index) =>
    sample(2 * index, 1000 - Math.min(index, 10), { processedMiB: Math.min(index, 10) }),
  );

  test.each([{}, { mode: "paused" as const }, { convergence: { action: "force" as const } }])(
    "is aborted after 45 s, once, whatever the policy: %j",
    (given) => {
      expect(run(cut, given)).toEqual([
        [66, { act: "abort", stalled: true, why: "nothing was carried for 46 s" }],
      ]);
    },
  );

  test("is left alone on the target, where it cannot be aborted", () => {
    expect(
      run(
        cut.map((one) => ({ ...one, postCopy: true })),
        {},
      ),
    ).toEqual([]);
  });
});

describe("a move that does not converge", () => {
  test("is left alone while less is left than ever", () => {
    const falling = Array.from({ length: 300 }, (_, index) => sample(2 * index, 1000 - index));
    expect(run(falling, {})).toEqual([]);
  });

  test.each([
    [{}, "abort"],
    [{ mode: "hybrid" as const }, "postCopy"],
    [{ convergence: { action: "pause" as const } }, "pause"],
  ])("gets one intervention after noProgressSeconds: %j", (given, act) => {
    const done = run(standing, given);
    expect(done).toHaveLength(1);
    expect(done[0]?.[0]).toBe(152);
    expect(done[0]?.[1]).toEqual({ act, why: "no progress for 150 s (noProgressSeconds: 150)" });
  });

  test("is over its time by its size, to the second", () => {
    const slow = Array.from({ length: 30 }, (_, index) => sample(index, 1000 - index, { totalMiB: 128 }));
    expect(run(slow, { convergence: { secondsPerGiB: 80 } })).toEqual([
      [10, { act: "abort", why: "not done after 10 s (secondsPerGiB: 80, for 128 MiB)" }],
    ]);
    expect(run(slow, { convergence: { secondsPerGiB: 1 } })[0]?.[0]).toBe(1);
  });

  test("is forced step by step, and given up at the ceiling", () => {
    const given = {
      convergence: { action: "force" as const, maxDowntimeCeilingMs: 1000, noProgressSeconds: 20 },
    };
    expect(
      run(standing, given).map(([seconds, intervention]) => [
        seconds,
        intervention.act === "maxDowntime" ? intervention.downtimeMs : intervention.act,
      ]),
    ).toEqual([
      [22, 600],
      [32, 1000],
      [52, "abort"],
    ]);
  });

  test("is not disturbed once it runs on the target, nor while it is suspended from the start", () => {
    expect(
      converge(soFar(sample(0, 9), sample(999, 9, { postCopy: true })), options({}), []),
    ).toBeUndefined();
    expect(converge(soFar(sample(0, 9), sample(999, 9)), options({ mode: "paused" }), [])).toBeUndefined();
    expect(converge(undefined, options({}), [])).toBeUndefined();
  });
});

test("whatever the figures: one end at most, downtime only ever rises, never above the ceiling", () => {
  const step = fc.record({
    seconds: fc.integer({ min: 0, max: 100 }),
    left: fc.integer({ min: 0, max: 1024 }),
  });
  const action = fc.constantFrom("abort" as const, "pause" as const, "force" as const);
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 60 }),
      action,
      fc.integer({ min: 301, max: 60_000 }),
      (steps, act, ceiling) => {
        let seconds = 0;
        const samples = steps.map(({ seconds: more, left }) => {
          seconds += more;
          return sample(seconds, left);
        });
        const done = run(samples, { convergence: { action: act, maxDowntimeCeilingMs: ceiling } });
        const raised = done.flatMap(([, it]) => (it.act === "maxDowntime" ? [it.downtimeMs] : []));
        expect(raised).toEqual([...new Set(raised)].sort((a, b) => a - b));
        expect(Math.max(0, ...raised)).toBeLessThanOrEqual(ceiling);
        const ends = done.filter(([, it]) => it.act !== "maxDowntime");
        expect(ends.length).toBeLessThanOrEqual(1);
        if (ends.length === 1) expect(done.at(-1)).toBe(ends[0]);
        if (act !== "force") expect(raised).toEqual([]);
      },
    ),
  );
});
