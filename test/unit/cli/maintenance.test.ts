import { describe, expect, test } from "vitest";
import { availabilityOf } from "../../../cli/availability";
import { maintenanceText } from "../../../cli/maintenance-text";

/** A question every 100 ms, ten seconds long; each is answered after 2 ms but for those in the gap. */
function watched(gap: { from: number; to: number }) {
  const sent = Array.from({ length: 101 }, (_, n) => ({ n, at: 5_000 + 100 * n }));
  const answers = sent
    .filter(({ at }) => at < gap.from || at >= gap.to)
    .map(({ n, at }) => ({ n, at: at + 2, uptimeMs: 0, counter: 0, boot: "", pages: 0, kib: 0 }));
  return { sent, answers };
}

describe("how a service answered", () => {
  test("is its share of answers, and the longest time without one", () => {
    expect(availabilityOf(watched({ from: 0, to: 0 }))).toEqual({
      ...{ seconds: 10, asked: 101, answered: 101 },
      longestGapMs: 100,
    });
    expect(availabilityOf(watched({ from: 8_000, to: 9_500 }))).toEqual({
      ...{ seconds: 10, asked: 101, answered: 86 },
      longestGapMs: 1_600,
    });
  });

  test("counts from the first question to the last, also where no answer came", () => {
    expect(availabilityOf(watched({ from: 0, to: 20_000 }))).toMatchObject({
      answered: 0,
      longestGapMs: 10_000,
    });
    expect(availabilityOf(watched({ from: 12_000, to: 20_000 }))?.longestGapMs).toBeCloseTo(3_098);
    expect(availabilityOf({ sent: [], answers: [] })).toBeUndefined();
  });

  test("is told as a figure that is never better than it was", () => {
    const text = maintenanceText(
      [{ host: "source", guests: 2, left: 41.26, serviced: 30, home: 39.94 }],
      [
        { guest: "web", seen: { seconds: 3_600, asked: 36_000, answered: 35_999, longestGapMs: 240 } },
        { guest: "db", seen: { seconds: 60, asked: 600, answered: 600, longestGapMs: 100 } },
        { guest: "old", seen: "the observer on nfs ended early: no perl" },
      ],
    );
    expect(text).toMatch(/source +2 +41\.3 +30\.0 +39\.9/);
    expect(text).toContain(
      "web: answered 35999 of 36000 questions in 3600 s (99.99 %); the longest time without an answer was 0.2 s",
    );
    expect(text).toContain("db: answered 600 of 600 questions in 60 s (100 %)");
    expect(text).toContain("old: the observer on nfs ended early: no perl");
  });
});
