import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { forgetAttempts, keepAttempt, readAttempts } from "../../../cli/attempts";
import type { LabStack } from "../../../cli/lab-stack";
import type { CheckResult } from "../../../course/evaluate";

const folder = mkdtempSync(join(tmpdir(), "kvmlab-attempts-"));
afterAll(() => rmSync(folder, { recursive: true }));

const stackIn = (name: string): LabStack => ({
  name,
  folder: join(folder, name),
  file: "",
  configFile: "",
});
const result = (verdict: CheckResult["verdict"]): CheckResult => ({
  ...{ step: "names", check: "hosts", verdict, weight: 2 },
  ...{ text: "", seen: "", hint: "", waitSeconds: 0 },
});

test("each look is kept in its lab, in order; a line that was cut off is none, and another exercise begins without any", async () => {
  const stack = stackIn("lab");
  mkdirSync(stack.folder);
  expect(await readAttempts(stack)).toEqual([]);
  await keepAttempt(stack, [result("failed")]);
  appendFileSync(join(stack.folder, "attempts.jsonl"), '{"at":"2026-12-18T08:\n');
  await keepAttempt(stack, [result("passed")]);
  const kept = await readAttempts(stack);
  expect(kept.map(({ steps }) => steps)).toEqual([
    [{ step: "names", reached: 0, of: 2 }],
    [{ step: "names", reached: 2, of: 2 }],
  ]);
  await forgetAttempts(stack);
  expect(await readAttempts(stack)).toEqual([]);
});

test("a lab whose folder cannot be written to is checked all the same", async () => {
  await keepAttempt(stackIn("gone"), [result("passed")]);
  expect(await readAttempts(stackIn("gone"))).toEqual([]);
});
