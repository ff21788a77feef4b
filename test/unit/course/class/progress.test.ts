import { expect, test } from "vitest";
import { type Attempt, pointsOfSteps, progressOf, sumOf } from "../../../../course/class/progress";

const look = (minute: number, ...steps: readonly [string, number, number][]): Attempt => ({
  at: `2026-12-18T08:${String(minute).padStart(2, "0")}:00.000Z`,
  steps: steps.map(([step, reached, of]) => ({ step, reached, of })),
});
const started = "2026-12-18T08:00:00.000Z";
const now = (names: number, mount: number) => [
  { step: "names", reached: names, of: 2 },
  { step: "mount", reached: mount, of: 1 },
];

test("the points of a step are those of its checks that passed", () => {
  const results = [
    { step: "names", verdict: "passed", weight: 2 },
    { step: "names", verdict: "failed", weight: 1 },
    { step: "mount", verdict: "unknown", weight: 1 },
  ];
  const points = pointsOfSteps(results);
  expect(points).toEqual([
    { step: "names", reached: 2, of: 3 },
    { step: "mount", reached: 0, of: 1 },
  ]);
  expect(sumOf(points)).toEqual({ reached: 2, of: 4 });
});

test("looks count until the one that finds all of a step; later ones do not", () => {
  const attempts = [
    look(5, ["names", 0, 2]),
    look(9, ["names", 2, 2], ["mount", 0, 1]),
    look(12, ["names", 2, 2]),
  ];
  const { steps, lastSeen, doneAt } = progressOf(now(2, 0), attempts, started);
  expect(steps).toEqual([
    { step: "names", reached: 2, of: 2, attempts: 2, doneAt: look(9).at },
    { step: "mount", reached: 0, of: 1, attempts: 1 },
  ]);
  expect([lastSeen, doneAt]).toEqual([look(12).at, undefined]);
});

test("an exercise is done when its last step was; what was undone since is not done", () => {
  const attempts = [look(5, ["mount", 1, 1]), look(9, ["names", 2, 2])];
  expect(progressOf(now(2, 1), attempts, started).doneAt).toBe(look(9).at);
  expect(progressOf(now(0, 1), attempts, started).doneAt).toBeUndefined();
});

test("who never looked has no attempts, whatever the checks show", () => {
  const { steps, lastSeen } = progressOf(now(2, 1), [], started);
  expect(steps.map(({ attempts }) => attempts)).toEqual([0, 0]);
  expect(lastSeen).toBeUndefined();
});
