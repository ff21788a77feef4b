import { appendFile, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { jsonOf } from "kvmlab-provider/host/json-of";
import { z } from "zod";
import { type Attempt, pointsOfSteps } from "../course/class/progress";
import type { CheckResult } from "../course/evaluate";
import type { LabStack } from "./lab-stack";

const attempt = z.object({
  at: z.string(),
  steps: z.array(z.object({ step: z.string(), reached: z.number(), of: z.number() })),
});

/** Keeps in the lab's folder that somebody looked at steps, and what was found: a line each. What cannot be kept stops nobody. */
export async function keepAttempt(stack: LabStack, results: readonly CheckResult[]): Promise<void> {
  const line = JSON.stringify({ at: new Date().toISOString(), steps: pointsOfSteps(results) });
  await appendFile(attemptsFile(stack), `${line}\n`).catch(() => undefined);
}

/** All that were kept, the first one first. A line that was not written to its end is none. */
export async function readAttempts(stack: LabStack): Promise<Attempt[]> {
  const text = await readFile(attemptsFile(stack), "utf8").catch(() => "");
  return text.split("\n").flatMap((line) => {
    const read = attempt.safeParse(jsonOf(line));
    return read.success ? [read.data] : [];
  });
}

/** Those of an earlier exercise are none of this one's. */
export async function forgetAttempts(stack: LabStack): Promise<void> {
  await rm(attemptsFile(stack), { force: true });
}

function attemptsFile({ folder }: LabStack): string {
  return join(folder, "attempts.jsonl");
}
