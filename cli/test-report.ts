import { basename } from "node:path";
import { z } from "zod";
import { textTable } from "./table";

/** What of vitest's JSON report is read. */
const report = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  testResults: z
    .array(
      z.object({
        name: z.string(),
        status: z.string(),
        /** What went wrong outside of its tests. */
        message: z.string().default(""),
        assertionResults: z.array(
          z.object({
            ancestorTitles: z.array(z.string()),
            title: z.string(),
            status: z.string(),
            duration: z.number().nullish(),
            failureMessages: z.array(z.string()).default([]),
          }),
        ),
      }),
    )
    .default([]),
});
type FileReport = z.output<typeof report>["testResults"][number];

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** One test, as the table at the end shows it. */
export interface TestResult {
  /** Its file, what it is about, and its own title. */
  readonly name: string;
  readonly result: "passed" | "FAILED" | "skipped";
  /** Of the test alone, without what its file prepares; undefined when it did not run. */
  readonly seconds: number | undefined;
  /** Why it failed, with what was printed; empty where it did not. */
  readonly failure: string;
}

/** Of a failure's text: a command's whole output may be in it, and its end tells more than its middle. */
const failureLines = { first: 12, last: 40 };

/**
 * How many tests did what, by vitest's JSON report. A run that went wrong has a failure, even where no test of its own did: a
 * file that cannot be loaded, an error outside of all tests, a runner that ended without a report.
 */
export function countsOf(json: string, well: boolean): Counts {
  const { data } = report.safeParse(JSON.parse(json));
  if (!data) return { passed: 0, failed: 1, skipped: 0 };
  const failed = well ? data.numFailedTests : Math.max(data.numFailedTests, 1);
  return { passed: data.numPassedTests, failed, skipped: data.numPendingTests };
}

/** The counts of a run: each check is one, and so is each test. */
export function inAll(checks: readonly boolean[], counts: readonly Counts[]): Counts {
  const passed = checks.filter(Boolean).length;
  const add = (a: Counts, b: Counts): Counts => ({
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
  });
  return counts.reduce(add, { passed, failed: checks.length - passed, skipped: 0 });
}

/** The line that CI reads. */
export function countsLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/** Every test of a report, in the order in which they stand in their files. */
export function resultsOf(json: string): TestResult[] {
  return report.safeParse(JSON.parse(json)).data?.testResults.flatMap(resultsOfFile) ?? [];
}

function resultsOfFile({ name: path, status, message, assertionResults }: FileReport): TestResult[] {
  const file = basename(path).replace(/\.test\.ts$/, "");
  const results = assertionResults.map((one): TestResult => {
    const result = one.status === "passed" ? "passed" : one.status === "failed" ? "FAILED" : "skipped";
    const seconds = result === "skipped" || one.duration == null ? undefined : one.duration / 1000;
    return {
      name: [file, ...one.ancestorTitles, one.title].join(" > "),
      result,
      seconds,
      failure: one.failureMessages.join("\n"),
    };
  });
  // What a file prepares or cleans up is no test, and its failure would not be seen.
  const unseen = status === "failed" && !results.some(({ result }) => result === "FAILED");
  return unseen
    ? [
        ...results,
        { name: `${file} > outside of its tests`, result: "FAILED", seconds: undefined, failure: message },
      ]
    : results;
}

/** The results of a run, and a row with the reason where the run failed and none of its tests did. */
export function explained(
  tests: readonly TestResult[],
  run: { readonly name: string; readonly passed: boolean; readonly failure: string },
): readonly TestResult[] {
  if (run.passed || tests.some(({ result }) => result === "FAILED")) return tests;
  const { name, failure } = run;
  return [
    ...tests,
    { name: `${name} > outside of its tests`, result: "FAILED", seconds: undefined, failure },
  ];
}

/** The tests as a table for people; nothing when none was run. */
export function resultsTable(tests: readonly TestResult[]): string {
  if (tests.length === 0) return "";
  const rows = tests.map(({ name, result, seconds }) => [name, result, seconds?.toFixed(1) ?? ""]);
  return textTable(["test on real machines", "result", "seconds"], rows, { widths: [96, 9, 9], right: [2] });
}

/** What the failed ones said, for whoever has only the end of the output; nothing when none failed. */
export function failuresText(tests: readonly TestResult[]): string {
  return tests
    .filter(({ result }) => result === "FAILED")
    .map(({ name, failure }) => `FAILED ${name}\n${shortened(failure)}\n`)
    .join("\n");
}

function shortened(text: string): string {
  const lines = text.split("\n");
  const { first, last } = failureLines;
  const left = lines.length - first - last;
  if (left <= 0) return text;
  return [...lines.slice(0, first), `… ${left} lines more …`, ...lines.slice(-last)].join("\n");
}
