import { describe, expect, test } from "vitest";
import { experimentSchema, plan, remaining, settingsOfRun } from "../../../experiment/plan";
import { isResult, parseResults, resultsCsv } from "../../../experiment/results";
import { blindMove, sampleMove } from "../report/sample-moves";

const asked = experimentSchema.parse({
  seed: 7,
  repeats: 3,
  modes: ["live", "postCopy"],
  memoriesMiB: [128, 192],
  dirtyMiBps: [0, 2],
  bandwidthsMiBps: ["unlimited", 16],
});

describe("the plan of an experiment", () => {
  test("has every combination as often as asked for, each once by its name", () => {
    const runs = plan(asked);
    expect(runs).toHaveLength(2 * 2 * 2 * 2 * 3);
    expect(new Set(runs.map(({ id }) => id)).size).toBe(runs.length);
  });

  test("is in the same order for the same seed, and in another for another", () => {
    const order = (seed: number) => plan({ ...asked, seed }).map(({ id }) => id);
    expect(order(7)).toEqual(order(7));
    expect(order(7)).not.toEqual(order(8));
    expect(order(7).toSorted()).toEqual(order(8).toSorted());
    expect(order(7)).not.toEqual(order(7).toSorted());
  });

  test("goes on where it stopped", () => {
    const runs = plan(asked);
    const text = `{"id":"${runs[0]?.id}","move":"x"}\n{"id":"${runs[1]?.id}","failed":"KVM-605"}\n{"id":"mo`;
    const done = new Set(parseResults(text).map(({ id }) => id));
    expect(remaining(runs, done)).toEqual(runs.slice(2));
  });

  test("becomes settings of the stack", () => {
    const one = { bandwidthsMiBps: [16], modes: ["hybrid"], dirtyMiBps: [64], repeats: 1 };
    const [run] = plan(experimentSchema.parse(one));
    expect(run && settingsOfRun(run)).toEqual([
      'migrationOptions={"mode":"hybrid","bandwidthMiBps":16}',
      'measure={"memoryWritesMiBps":64,"diskWritesKiBps":0}',
    ]);
  });

  test("is refused where it has what is none of it", () => {
    for (const wrong of [{ mode: ["live"] }, { modes: ["fast"] }, { repeats: 0 }, { modes: [] }])
      expect(experimentSchema.safeParse(wrong).success).toBe(false);
  });
});

test("a move that fails is a result, a lab that is not there is none", () => {
  expect((["KVM-605", "KVM-636", "KVM-401", "KVM-903"] as const).every(isResult)).toBe(true);
  expect((["KVM-905", "KVM-904", "KVM-907", "KVM-101", "KVM-314"] as const).some(isResult)).toBe(false);
});

test("the table has a row for each run, and says why a figure is missing", () => {
  const runs = plan(experimentSchema.parse({ repeats: 4 }));
  const [first, second, third] = runs.map(({ id }) => id);
  const results = [
    { id: first ?? "", move: "one" },
    { id: second ?? "", move: "blind" },
    { id: third ?? "", failed: 'KVM-605 said "no", twice' },
  ];
  const moves = new Map([
    ["one", sampleMove().move],
    ["blind", blindMove().move],
  ]);
  const lines = resultsCsv(runs, results, moves).trimEnd().split("\n");
  expect(lines).toHaveLength(5);
  expect(lines[0]).toMatch(/^mode,memoryMiB,.*,total_time \(s\),downtime \(ms\),.*,missing$/);
  expect(lines[1]).toMatch(/^live,,0,,unlimited,\d,one,6\.\d+,2\d\d/);
  expect(lines[2]).toContain("no observer and probe are given");
  expect(lines[3]).toContain('"KVM-605 said ""no"", twice"');
  expect(lines[4]).toContain("not done");
});
