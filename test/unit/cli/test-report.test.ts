import { describe, expect, test } from "vitest";
import {
  countsLine,
  countsOf,
  explained,
  failuresText,
  inAll,
  resultsOf,
  resultsTable,
} from "../../../cli/test-report";

describe("what vitest reports", () => {
  const json = (failed: number) =>
    JSON.stringify({ numPassedTests: 7, numFailedTests: failed, numPendingTests: 1 });

  test("is counted", () => {
    expect(countsOf(json(0), true)).toEqual({ passed: 7, failed: 0, skipped: 1 });
    expect(countsOf(json(2), false)).toEqual({ passed: 7, failed: 2, skipped: 1 });
  });

  test("has a failure whenever the run went wrong", () => {
    expect(countsOf(json(0), false).failed).toBe(1);
    expect(countsOf("{}", false)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  test("is added up with the checks", () => {
    const counts = [
      { passed: 3, failed: 1, skipped: 0 },
      { passed: 4, failed: 0, skipped: 2 },
    ];
    expect(inAll([true, false], counts)).toEqual({ passed: 8, failed: 2, skipped: 2 });
    expect(inAll([], [])).toEqual({ passed: 0, failed: 0, skipped: 0 });
  });

  test("has a row for a run that ended without saying why", () => {
    const failure = "it did not end within 9 s";
    const row = { name: "lab: drain > outside of its tests", result: "FAILED", seconds: undefined, failure };
    expect(explained([], { name: "lab: drain", passed: false, failure })).toEqual([row]);
    expect(explained([], { name: "lab: drain", passed: true, failure })).toEqual([]);
    const failed = { name: "x", result: "FAILED" as const, seconds: 1, failure: "why" };
    expect(explained([failed], { name: "lab: drain", passed: false, failure })).toEqual([failed]);
  });

  test("becomes one line that CI reads", () => {
    expect(countsLine({ passed: 3, failed: 0, skipped: 0 })).toBe("3 passed, 0 failed");
    expect(countsLine({ passed: 3, failed: 1, skipped: 2 })).toBe("3 passed, 1 failed, 2 skipped");
  });
});

describe("the tests on real machines", () => {
  const one = (title: string, status: string, duration?: number) => ({
    ancestorTitles: ["a broken lab"],
    title,
    status,
    ...(duration === undefined ? {} : { duration }),
    failureMessages: status === "failed" ? [`${title} is off\nby a minute`] : [],
  });
  const report = (status: string, ...assertionResults: object[]) =>
    JSON.stringify({
      ...{ numPassedTests: 1, numFailedTests: 1, numPendingTests: 1 },
      testResults: [
        {
          name: "/x/test/lab/preflight.test.ts",
          status,
          message: "the lab did not come up",
          assertionResults,
        },
      ],
    });

  test("are shown with their results and seconds", () => {
    const json = report(
      "failed",
      one("firewall", "passed", 12_340.5),
      one("clock", "failed", 900),
      one("login", "skipped"),
    );
    const lines = resultsTable(resultsOf(json)).split("\n");
    expect(lines.map((line) => line.trim().replace(/ {2,}/g, " | "))).toEqual([
      "test on real machines | result | seconds",
      "preflight > a broken lab > firewall | passed | 12.3",
      "preflight > a broken lab > clock | FAILED | 0.9",
      "preflight > a broken lab > login | skipped",
    ]);
  });

  test("have a row for what failed beside them", () => {
    expect(resultsOf(report("failed", one("firewall", "skipped"))).at(-1)).toEqual({
      name: "preflight > outside of its tests",
      result: "FAILED",
      seconds: undefined,
      failure: "the lab did not come up",
    });
    expect(resultsOf(report("passed", one("firewall", "passed", 1)))).toHaveLength(1);
  });

  test("say at the end why they failed", () => {
    const tests = resultsOf(report("failed", one("firewall", "passed", 1), one("clock", "failed", 900)));
    expect(failuresText(tests)).toBe("FAILED preflight > a broken lab > clock\nclock is off\nby a minute\n");
    const output = Array.from({ length: 100 }, (_, index) => `line ${index}`).join("\n");
    const long = failuresText(tests.map((test) => ({ ...test, failure: output })));
    expect(long).toMatch(/line 11\n… 48 lines more …\nline 60\n[\s\S]*line 99\n$/);
    expect(failuresText([])).toBe("");
  });

  test("are no table when none ran", () => {
    expect(resultsTable(resultsOf("{}"))).toBe("");
  });
});
