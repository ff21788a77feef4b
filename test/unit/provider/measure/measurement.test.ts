import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { measure } from "../../../../provider/measure/measurement";
import { quantile } from "../../../../provider/measure/quantile";
import { sequenceModulus, unwrap } from "../../../../provider/measure/sequence";
import { type Downtime, type Figure, isMissing } from "../../../../provider/sdk/measurement";
import { type SyntheticMove, syntheticMove } from "./synthetic-move";

const measured = (changed: Partial<SyntheticMove> = {}) => measure(syntheticMove(changed), undefined);

function there<T>(figure: Figure<T>): T {
  if (isMissing(figure)) throw new Error(`missing: ${figure.missing}`);
  return figure;
}

const downtime = (changed: Partial<SyntheticMove> = {}) => there(measured(changed).downtime);

describe("the downtime", () => {
  test("is the longest gap less the usual interval", () => {
    // The last answered probe leaves at 5990, the first one after it at 6250.
    expect(downtime()).toEqual({
      ms: 250,
      uncertaintyMs: 10,
      unreachable: { ms: 250 },
      gapMs: 260,
      gapFromMs: 5991,
      gapToMs: 6251,
      usualIntervalMs: 10,
      jitterMs: 0,
      longestBeforeMs: 10,
      distinct: true,
      observerPauseMs: 0,
      sent: 1780,
      lost: 25,
      duplicates: 0,
      reordered: 0,
      pending: 0,
    } satisfies Downtime);
  });

  test("is no silence from before libvirt began the job, however long that was", () => {
    const { ms, gapFromMs } = downtime({ paused: { from: 100, to: 900 } });
    expect({ ms, gapFromMs }).toEqual({ ms: 250, gapFromMs: 5991 });
  });

  test("with a gap that begins or ends exactly at a probe, within its uncertainty", () => {
    for (const outage of [
      { from: 6000.5, to: 6250.5 },
      { from: 6000.4, to: 6250.6 },
      { from: 5990.5, to: 6250.5 },
      { from: 6000.6, to: 6249.9 },
    ]) {
      const { ms, uncertaintyMs } = downtime({ outage });
      expect(Math.abs(ms - (outage.to - outage.from))).toBeLessThanOrEqual(uncertaintyMs);
    }
  });

  test("lies within its uncertainty whatever the outage, the interval, the way and the jitter", () => {
    fc.assert(
      fc.property(
        fc.record({
          intervalMs: fc.constantFrom(5, 10, 20, 50),
          from: fc.double({ min: 1000, max: 5000, noNaN: true }),
          lasts: fc.double({ min: 100, max: 1500, noNaN: true }),
          trip: fc.double({ min: 0.2, max: 8, noNaN: true }),
          jitter: fc.double({ min: 0, max: 4, noNaN: true }),
        }),
        ({ intervalMs, from, lasts, trip, jitter }) => {
          const outage = { from, to: from + lasts };
          // Every other answer is late by the jitter.
          const roundTripMs = (number: number) => trip + (number % 2) * jitter;
          const { ms, uncertaintyMs } = downtime({ intervalMs, outage, roundTripMs, rate: 0 });
          expect(Math.abs(ms - lasts)).toBeLessThanOrEqual(uncertaintyMs + 0.01);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("tells how long the guest was unreachable apart from what it answered late", () => {
    // The last 60 ms of the outage reach the guest, which answers them at its end.
    const late = {
      lost: (number: number) => number >= 600 && number < 619,
      outage: { from: 6000, to: 6000 },
    };
    const first = {
      roundTripMs: (number: number) => (number >= 619 && number < 625 ? 6251 - 10 * number : 1),
    };
    const seen = downtime({ ...late, ...first });
    expect(seen).toMatchObject({ ms: 250, unreachable: { ms: 190 } });
  });

  test("says so where a guest that was behind with its answers leaves that open", () => {
    // From 4800 on it answers one in 20 ms, to 5981; what was sent from 5400 on waited still, and went with the source.
    const { unreachable } = downtime({
      lost: (number) => number >= 540 && number < 625,
      roundTripMs: (number) => (number >= 480 && number < 540 ? 10 * number - 4799 : 1),
      outage: { from: 6000, to: 6000 },
    });
    expect(unreachable).toEqual({ missing: "the guest was 590 ms behind with its answers when it stopped" });
  });

  test("is told in the same way where the observer is far away", () => {
    expect(downtime({ roundTripMs: () => 900 }).unreachable).toEqual({ ms: 250 });
  });

  test("counts lost probes, duplicates and answers out of order, and is not misled by them", () => {
    const late = (number: number) => (number === 100 ? 35 : 1);
    const { ms, lost, duplicates, reordered } = downtime({
      lost: (number) => number === 50 || number === 51,
      twice: (number) => number % 100 === 7,
      roundTripMs: late,
    });
    expect({ ms, lost, duplicates, reordered }).toEqual({ ms: 250, lost: 27, duplicates: 17, reordered: 1 });
  });

  test("goes on over the end of the sequence numbers", () => {
    for (const before of [3, 505, 1100]) {
      const { ms, lost, reordered, duplicates } = downtime({ firstNumber: sequenceModulus - before });
      expect({ ms, lost, reordered, duplicates }).toEqual({ ms: 250, lost: 25, reordered: 0, duplicates: 0 });
    }
  });

  test("is missing when the guest never comes back, and so is all that hangs on it", () => {
    const gone = measured({ outage: { from: 6000, to: Number.POSITIVE_INFINITY } });
    expect(gone.downtime).toEqual({ missing: expect.stringMatching(/^the guest answered no more: silence/) });
    expect(gone.total).toEqual({ missing: "no answer of the guest's was seen after the move" });
    expect(gone.phases.find(({ phase }) => phase === "switch-over")).toHaveProperty("missing");
    expect(gone.guestClock).toHaveProperty("missing");
    expect(there(gone.service).after).toHaveProperty("missing");
  });

  test("says that the observer itself did not look in the gap", () => {
    const { ms, uncertaintyMs, observerPauseMs } = downtime({ paused: { from: 5900, to: 6200 } });
    expect(ms).toBe(350);
    expect(observerPauseMs).toBeGreaterThan(290);
    expect(Math.abs(ms - 250)).toBeLessThanOrEqual(uncertaintyMs);
  });

  test("says that it cannot be told from what happened before the move", () => {
    const noisy = downtime({ lost: (number) => number >= 100 && number < 140 });
    expect(noisy).toMatchObject({ ms: 250, distinct: false, longestBeforeMs: 410 });
  });

  test("of a gap outside of the move is none of the move's", () => {
    const { ms, distinct } = downtime({ lost: (number) => number >= 1500 && number < 1560 });
    expect({ ms, distinct }).toEqual({ ms: 250, distinct: true });
  });

  test("is missing with the reason where nothing was observed", () => {
    const blind = measured({ blind: "no observer is given" });
    for (const figure of [blind.downtime, blind.service, blind.guestClock, blind.clocks])
      expect(figure).toEqual({ missing: "no observer is given" });
    // The proofs' own connection saw it all the same.
    expect(blind.total).toEqual({ ms: 7050, seenBy: "connection" });
    expect(measure("", undefined).downtime).toEqual({ missing: "the move never began" });
  });
});

describe("the total time and its phases", () => {
  test("are told on one axis, whatever the two clocks say", () => {
    for (const offsetMs of [0, 1_000_000, -40_000.5]) {
      const { total, phases, clocks } = measured({ offsetMs });
      expect(total).toEqual({ ms: 6251, uncertaintyMs: 11, seenBy: "probe" });
      expect(clocks).toEqual({ uncertaintyMs: 1 });
      expect(phases).toEqual([
        { phase: "preflight", fromMs: -5700, toMs: -5000 },
        { phase: "baseline", fromMs: -5000, toMs: 0 },
        { phase: "connect", fromMs: 0, toMs: 1000 },
        { phase: "first-copy", fromMs: 1000, toMs: 4000 },
        { phase: "iterations", fromMs: 4000, toMs: 5991 },
        { phase: "switch-over", fromMs: 5991, toMs: 6171 },
        { phase: "first-answer", fromMs: 6171, toMs: 6251 },
        { phase: "ending", fromMs: 6251, toMs: 7000 },
        { phase: "proofs", fromMs: 7000, toMs: 7800 },
        { phase: "after", fromMs: 7800, toMs: 12_800 },
      ]);
    }
  });

  test("have no switch-over of its own where libvirt tells no downtime", () => {
    const { phases, libvirt } = measured({ libvirtDowntimeMs: -1 });
    expect(libvirt.downtimeMs).toEqual({ missing: "libvirt does not tell it" });
    expect(phases.filter((phase) => "missing" in phase).map(({ phase }) => phase)).toEqual([
      "switch-over",
      "first-answer",
    ]);
  });
});

describe("the impact on service", () => {
  test("compares the time during and after the move with the time before it", () => {
    const { before, during, after, duringToBefore, afterToBefore } = there(measured().service);
    expect(before).toMatchObject({ seconds: 5, answered: 100, unanswered: 0, p50Ms: 2, maxMs: 2 });
    expect(there(before).perSecond).toBeCloseTo(20, 0);
    expect(during).toMatchObject({ p50Ms: 4, maxMs: 450 });
    expect(there(after).p99Ms).toBe(2);
    expect(duringToBefore).toMatchObject({ p50: 2, p95: 2 });
    expect(there(duringToBefore).perSecond).toBeLessThan(0.97);
    expect(afterToBefore).toMatchObject({ p50: 1, p95: 1 });
  });

  test("is missing where no requests were made", () => {
    expect(measured({ rate: 0 }).service).toEqual({ missing: "no requests were asked for" });
  });
});

describe("ICMP echoes", () => {
  test("show the downtime of the guest's network, beside that of its service", () => {
    const { downtime, icmpDowntime } = measured({ pingIntervalMs: 50, networkBackMs: 6100 });
    expect(there(downtime).ms).toBe(250);
    // The last one answered leaves at 5950, the first one after it at 6100.
    expect(there(icmpDowntime)).toMatchObject({ ms: 100, uncertaintyMs: 50, usualIntervalMs: 50, lost: 2 });
  });

  test("are missing where none were asked for, or allowed", () => {
    expect(measured().icmpDowntime).toEqual({ missing: "no ICMP echo was asked for" });
    const text = `${syntheticMove({ pingIntervalMs: 50 })}{"t":1,"k":"pingless","why":"Operation not permitted"}`;
    const missing = "nfs may not send ICMP echoes: Operation not permitted";
    expect(measure(text, undefined).icmpDowntime).toEqual({ missing });
  });
});

describe("the neighbour on the target", () => {
  test("is compared like the guest's own service, and never mixed up with it", () => {
    const { service, neighbour } = measured({ neighbour: true });
    expect(service).toEqual(measured().service);
    const { before, duringToBefore, afterToBefore } = there(neighbour);
    expect(before).toMatchObject({ answered: 100, p50Ms: 2 });
    expect(duringToBefore).toMatchObject({ p50: 1.5, p95: 1.5 });
    expect(afterToBefore).toMatchObject({ p50: 1, perSecond: 1 });
  });

  test("is missing with the reason", () => {
    expect(measured().neighbour).toEqual({ missing: "no neighbour was asked for" });
    const silent = measured({ neighbour: true, rate: 0 });
    expect(silent.neighbour).toEqual({ missing: "no requests were asked for" });
    const text = syntheticMove().replace('"neighbour":false', '"neighbour":true');
    const broken = `${text}{"c":0,"k":"broken","of":"neighbour","why":"the neighbour on target ended early: no perl"}`;
    const missing = "the neighbour on target ended early: no perl";
    expect(measure(broken, undefined).neighbour).toEqual({ missing });
    expect(there(measure(broken, undefined).service).before).toHaveProperty("answered");
  });
});

describe("what the guest writes", () => {
  test("is told by its own count, and compared with the time before", () => {
    const { memoryWrites, diskWrites } = measured({ memoryWritesMiBps: 64, diskWritesKiBps: 300 });
    for (const [writes, asked] of [
      [there(memoryWrites), 64],
      [there(diskWrites), 300],
    ] as const) {
      expect(writes.askedPerSecond).toBe(asked);
      expect(there(writes.before).perSecond).toBeCloseTo(asked, -1);
      // Half of it for 6.75 of 7 s, and nothing in the outage of 0.25 s.
      expect(there(writes.duringToBefore).perSecond).toBeCloseTo(6.75 / 7 / 2, 2);
      expect(there(writes.afterToBefore).perSecond).toBeCloseTo(1, 2);
    }
  });

  test("counts the whole silence of a guest that tells nothing until after the move", () => {
    const outage = { from: 3500, to: 7500 };
    const { memoryWrites } = measured({ memoryWritesMiBps: 64, outage });
    expect(there(there(memoryWrites).duringToBefore).perSecond).toBeCloseTo((3.5 / 2 + 0.5) / 7.5, 2);
  });

  test("is missing with the reason", () => {
    expect(measured().memoryWrites).toEqual({ missing: "no such writing was asked for" });
    const text = `${syntheticMove({ diskWritesKiBps: 300 })}{"c":0,"k":"broken","of":"writes","why":"it is deaf"}`;
    expect(measure(text, undefined).diskWrites).toEqual({ missing: "it is deaf" });
  });
});

describe("the guest's clock", () => {
  test("that is set at the switch-over is seen", () => {
    for (const clockStepMs of [-180, 0, 90]) {
      const { stepMs, uncertaintyMs } = there(measured({ clockStepMs }).guestClock);
      expect(Math.abs(stepMs - clockStepMs)).toBeLessThanOrEqual(uncertaintyMs);
    }
    expect(there(measured({ clockStepMs: -500 }).guestClock).backwards).toBe(1);
    expect(there(measured().guestClock)).toMatchObject({ backwards: 0, counterBehindMs: 0 });
  });
});

describe("samples", () => {
  test("that are torn are counted", () => {
    const { samples } = measure(`${syntheticMove()}{"t":12,"k":"se`, "/tmp/samples.jsonl");
    expect(samples).toEqual({ file: "/tmp/samples.jsonl", spoiltLines: 1 });
  });

  test("of any kind never make it throw", () => {
    const lines = syntheticMove({ beforeMs: 300, moveMs: 500, afterMs: 300 }).split("\n");
    fc.assert(
      fc.property(fc.subarray(lines), fc.string(), (some, noise) => {
        expect(measure([...some, noise].join("\n"), undefined).phases).toHaveLength(10);
      }),
      { numRuns: 50 },
    );
  });
});

test("a sequence number is counted on from the last one, in both directions", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 45 }), fc.integer({ min: -1000, max: 1000 }), (last, step) => {
      const wire = (((last + step) % sequenceModulus) + sequenceModulus) % sequenceModulus;
      expect(unwrap(last, wire)).toBe(last + step);
    }),
  );
});

test("a quantile is one of the values", () => {
  expect(quantile([4, 1, 3, 2], 0.5)).toBe(2);
  expect(quantile([4, 1, 3, 2], 0.99)).toBe(4);
  expect(quantile([], 0.5)).toBeNaN();
});
