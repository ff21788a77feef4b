import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ForecastFacts, forecast } from "../../../../provider/forecast/forecast";

const never = Number.MAX_SAFE_INTEGER;
const base: ForecastFacts = {
  memoryMiB: 1024,
  storageMiB: 0,
  bandwidth: { MiBps: 100, from: "ssh" },
  unlimited: { MiBps: 100, from: "ssh" },
  dirtyRate: { MiBps: 20, mode: "page-sampling" },
  mode: "live",
  maxDowntimeMs: 300,
  unconverged: {
    action: "abort",
    limitMs: never,
    noProgressMs: 150_000,
    ceilingMs: 10_000,
    forceStepMs: 10_000,
  },
  overheadMs: 0,
};
const given = (changed: Partial<ForecastFacts>) => forecast({ ...base, ...changed });
const writing = (MiBps: number) => ({ dirtyRate: { MiBps, mode: "page-sampling" as const } });
const carrying = (MiBps: number) => ({ bandwidth: { MiBps, from: "ssh" as const } });

const memory = fc.double({ min: 0, max: 1_000_000, noNaN: true });
const bandwidth = fc.double({ min: 1, max: 12_000, noNaN: true });
const ratio = fc.double({ min: 0, max: 0.95, noNaN: true });
const more = fc.double({ min: 1, max: 10, noNaN: true });
/** Sums of many parts are not the same to the last bit. */
const atLeast = (one: number, other: number) => one >= other * (1 - 1e-9) - 1e-9;

describe("a forecast", () => {
  test("counts the passes of a move that converges, as one can by hand", () => {
    // 1024 MiB in 10.24 s; 204.8 in 2.048 s; 40.96 in 0.4096 s; 8.192 of the 30 MiB that 300 ms carry are left.
    const told = given({});
    expect(told).toMatchObject({ ending: "pre-copy", converges: true, passes: 4, alternatives: [] });
    expect(told.jobMs).toBeCloseTo(10_240 + 2_048 + 409.6 + 81.92, 6);
    expect(told.downtimeMs).toBeCloseTo(81.92, 6);
    expect(told.dataMiB).toBeCloseTo(1024 + 204.8 + 40.96 + 8.192, 6);
  });

  test("is the copy alone where nothing is written, and nothing for a guest without memory", () => {
    expect(given({ ...writing(0), overheadMs: 700 })).toMatchObject({
      jobMs: 10_240,
      totalMs: 10_940,
      downtimeMs: 0,
    });
    expect(given({ memoryMiB: 0 })).toMatchObject({ jobMs: 0, dataMiB: 0, passes: 1, converges: true });
  });

  test("names ways out where the guest writes faster than is carried", () => {
    const told = given(writing(150));
    expect(told).toMatchObject({ ending: "abort", converges: false });
    expect(told.jobMs).toBeCloseTo(10_240 + 150_000, 6);
    expect(told.alternatives.map(({ way }) => way)).toEqual(["auto-converge", "post-copy"]);
    // The first pass, then all of it once more while it runs on the target.
    expect(told.alternatives[1]).toEqual({ way: "post-copy", jobMs: 20_480, downtimeMs: 0 });
    // Who throttles already, is not told to.
    const throttled = given({ ...writing(100_000), throttle: { initial: 20, increment: 10 } });
    expect(throttled.alternatives.map(({ way }) => way)).toEqual(["post-copy"]);
  });

  test("ends a move that does not converge by the action that was asked for", () => {
    const ended = (action: ForecastFacts["unconverged"]["action"], ceilingMs = 20_000) =>
      given({ ...writing(150), unconverged: { ...base.unconverged, action, ceilingMs } });
    const atMs = 160_240;
    expect(ended("pause")).toMatchObject({ ending: "pause", jobMs: atMs + 10_240, downtimeMs: 10_240 });
    expect(ended("postCopy")).toMatchObject({ ending: "post-copy", jobMs: atMs + 10_240, downtimeMs: 0 });
    // 300 ms doubled six times is the first that is enough for 10.24 s.
    expect(ended("force")).toMatchObject({
      ending: "force",
      downtimeMs: 10_240,
      jobMs: atMs + 10_240 + 50_000,
    });
    expect(ended("force", 10_000)).toMatchObject({ ending: "abort" });
  });

  test("does not wait for the end of a move that converges too slowly", () => {
    const told = given({ unconverged: { ...base.unconverged, action: "postCopy", limitMs: 11_000 } });
    // In the second pass of 204.8 MiB.
    expect(told).toMatchObject({ ending: "post-copy", converges: true, jobMs: 11_000 + 2_048 });
  });

  test("has the guest stand still for a paused move, and hardly for a post-copy", () => {
    expect(given({ mode: "paused" })).toMatchObject({ ending: "paused", jobMs: 10_240, downtimeMs: 10_240 });
    expect(given({ mode: "postCopy" })).toMatchObject({ ending: "post-copy", jobMs: 12_288, downtimeMs: 0 });
  });

  test("copies disks first", () => {
    const told = given({ ...writing(0), storageMiB: 500 });
    expect(told).toMatchObject({ jobMs: 15_240, dataMiB: 1524, downtimeMs: 0 });
  });

  test("takes a guest whose writes are not known for one that writes nothing", () => {
    expect(given({ dirtyRate: { missing: "why" } }).jobMs).toBe(given(writing(0)).jobMs);
  });

  test("converges exactly where less is written than is carried, or the working set fits the downtime", () => {
    fc.assert(
      fc.property(memory, bandwidth, ratio, (memoryMiB, MiBps, part) => {
        expect(given({ memoryMiB, ...carrying(MiBps), ...writing(MiBps * part) }).converges).toBe(true);
      }),
    );
    fc.assert(
      fc.property(memory, bandwidth, more, ratio, (memoryMiB, MiBps, times, part) => {
        const most = MiBps * 0.3;
        const facts = { memoryMiB, ...carrying(MiBps), ...writing(MiBps * times) };
        expect(given(facts).converges).toBe(memoryMiB <= most);
        expect(given({ ...facts, workingSetMiB: most * part }).converges).toBe(true);
      }),
    );
  });

  test("has no figure below 0, and no downtime beyond what is allowed where it ends by itself", () => {
    const modes = fc.constantFrom(...(["live", "paused", "postCopy", "hybrid"] as const));
    const actions = fc.constantFrom(...(["abort", "pause", "postCopy", "force"] as const));
    const throttles = fc.option(fc.constant({ initial: 20, increment: 10 }), { nil: undefined });
    const rates = fc.double({ min: 0, max: 20_000, noNaN: true });
    fc.assert(
      fc.property(
        ...([memory, bandwidth, rates, modes, actions, throttles] as const),
        (memoryMiB, MiBps, dirty, mode, action, throttle) => {
          const unconverged = { ...base.unconverged, action, limitMs: 800_000 };
          const told = given({
            memoryMiB,
            ...carrying(MiBps),
            ...writing(dirty),
            mode,
            throttle,
            unconverged,
          });
          const { jobMs, totalMs, downtimeMs, dataMiB, passes } = told;
          for (const figure of [jobMs, totalMs, downtimeMs, dataMiB]) {
            expect(Number.isFinite(figure)).toBe(true);
            expect(figure).toBeGreaterThanOrEqual(0);
          }
          expect(passes).toBeGreaterThanOrEqual(1);
          expect(jobMs).toBeGreaterThanOrEqual(downtimeMs);
          if (told.ending === "pre-copy") expect(downtimeMs).toBeLessThanOrEqual(300.000_001);
        },
      ),
    );
  });

  test("never takes longer with more bandwidth, nor shorter with more memory, writes or disks", () => {
    fc.assert(
      fc.property(memory, bandwidth, ratio, more, (memoryMiB, MiBps, part, times) => {
        const facts = { memoryMiB, ...carrying(MiBps), ...writing(MiBps * part) };
        const { jobMs, dataMiB } = given(facts);
        expect(atLeast(jobMs, given({ ...facts, ...carrying(MiBps * times) }).jobMs)).toBe(true);
        expect(atLeast(given({ ...facts, memoryMiB: memoryMiB * times }).jobMs, jobMs)).toBe(true);
        const faster = given({ ...facts, ...writing(Math.min(MiBps * part * times, MiBps * 0.95)) });
        expect(atLeast(faster.jobMs, jobMs)).toBe(true);
        expect(atLeast(faster.dataMiB, dataMiB)).toBe(true);
        expect(atLeast(given({ ...facts, storageMiB: times }).jobMs, jobMs)).toBe(true);
      }),
    );
  });

  test("a guest that is held back is never left with more than one that is not", () => {
    fc.assert(
      fc.property(memory, bandwidth, more, (memoryMiB, MiBps, times) => {
        const facts = { memoryMiB, ...carrying(MiBps), ...writing(MiBps * times) };
        const throttled = given({ ...facts, throttle: { initial: 20, increment: 10 } });
        expect(throttled.converges).toBe(true);
      }),
    );
  });
});
