import { appendFile, readFile, writeFile } from "node:fs/promises";
import { parse } from "yaml";
import { z } from "zod";
import { LabError } from "../errors/lab-error";
import {
  type Experiment,
  experimentSchema,
  plan,
  type Run,
  remaining,
  settingsOfRun,
} from "../experiment/plan";
import { isResult, parseResults, type RunResult, resultsCsv } from "../experiment/results";
import { comparePage } from "../report/compare-page";
import { knownLab } from "./access";
import { keptMoves } from "./kept-moves";
import { findStack, labStack, settingsOf } from "./lab-stack";
import { measureMove } from "./measure";
import { refuseBare } from "./refuse-bare";
import { up } from "./up";

/**
 * Measures every combination of a file, as often as it says, and writes the comparison and a CSV beside it. What was done
 * is in FILE.results.jsonl: the same command goes on from there.
 *
 * @throws LabError KVM-918 when the file is none of an experiment's, KVM-956 when its lab is bare, and what ./lab up throws before anything is moved
 */
export async function experiment(file: string): Promise<void> {
  const asked = await readExperiment(file);
  await refuseBareLab(asked.lab, `./lab experiment ${file}`);
  const runs = plan(asked);
  const resultsFile = `${file}.results.jsonl`;
  const results = parseResults(await readFile(resultsFile, "utf8").catch(() => ""));
  const left = remaining(runs, new Set(results.map(({ id }) => id)));
  let memoryMiB: number | undefined;
  for (const [index, run] of left.entries()) {
    console.log(`\n${runs.length - left.length + index + 1} of ${runs.length}: ${run.id}`);
    const result = await runMeasure(asked.lab, run, memoryMiB);
    memoryMiB = run.memoryMiB;
    results.push(result);
    await appendFile(resultsFile, `${JSON.stringify(result)}\n`);
  }
  await writeOutcome(file, asked.lab, runs, results);
}

/** Of a lab that is not there yet, which the first run builds, the stack's file says it. */
async function refuseBareLab(lab: string, command: string): Promise<void> {
  const stack = await findStack(lab);
  const known = await knownLab(stack).catch(() => undefined);
  refuseBare(stack, known?.outputs?.start ?? settingsOf(stack, {}).start, command);
}

async function readExperiment(file: string): Promise<Experiment> {
  try {
    return experimentSchema.parse(parse(await readFile(file, "utf8")));
  } catch (error) {
    throw new LabError({
      code: "KVM-918",
      expected: `${file} to be an experiment: ${Object.keys(experimentSchema.shape).join(", ")}`,
      found: error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error),
      fix: "docs/how-to/experiments.md has an example",
      cause: error,
    });
  }
}

/** One run. A move that fails is a result too; what would meet every other run as well is none, and ends the experiment. */
async function runMeasure(lab: string, run: Run, memoryBefore: number | undefined): Promise<RunResult> {
  const config = settingsOfRun(run);
  try {
    // A guest of another size is made again, on the first host: that is no move.
    const first = settingsOf(labStack(lab), {}).hosts[0];
    if (run.memoryMiB !== memoryBefore)
      await up(lab, {
        config: [...config, `guestRunsOn=${first}`],
        refresh: false,
        cold: false,
        json: false,
      });
    const before = new Set((await keptMoves(lab)).map(({ name }) => name));
    await measureMove(lab, { config, json: false });
    const made = (await keptMoves(lab)).find(({ name }) => !before.has(name));
    return made ? { id: run.id, move: made.name } : { id: run.id, failed: "nothing was measured" };
  } catch (error) {
    if (!(error instanceof LabError) || !isResult(error.facts.code)) throw error;
    return { id: run.id, failed: `${error.facts.code} ${error.facts.found}` };
  }
}

async function writeOutcome(
  file: string,
  lab: string,
  runs: readonly Run[],
  results: readonly RunResult[],
): Promise<void> {
  const names = new Set(results.flatMap(({ move }) => move ?? []));
  const moves = (await keptMoves(lab)).filter(({ name }) => names.has(name));
  const byName = new Map(moves.map(({ name, move }) => [name, move]));
  await writeFile(`${file}.csv`, resultsCsv(runs, results, byName));
  await writeFile(`${file}.html`, await comparePage(moves, "en"));
  const failed = results.filter((result) => result.failed !== undefined).length;
  console.log(`\n${moves.length} moves measured, ${failed} runs failed: ${file}.html, ${file}.csv`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
