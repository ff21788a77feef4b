/**
 * npm run bench:forecast [FILE] — how good the forecasts of measured moves are: the error of total time, job's time and data, each as a part of
 * what happened, over the matrix of an experiment (docs/how-to/experiments.md). Without a file: 18 moves of the lab of the tests, three loads,
 * two modes, limited and not. The experiment is made first, as far as it is not made yet. The aim: a median of at most 30 % for total time.
 */
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { isMissing, type Measurement } from "kvmlab-provider/sdk/measurement";
import { parse } from "yaml";
import { experiment } from "../cli/experiment";
import { keptMoves } from "../cli/kept-moves";
import { textTable } from "../cli/table";
import { experimentSchema } from "../experiment/plan";
import { parseResults } from "../experiment/results";
import { median } from "./median";

const matrix = `lab: test
seed: 24
repeats: 1
modes: [live, postCopy]
dirtyMiBps: [0, 2, 8]
bandwidthsMiBps: [unlimited, 32, 6]
`;

interface Errors {
  readonly total: number;
  readonly job: number;
  readonly data: number;
}

/** By how much a forecast was off, as parts of what happened; or why that cannot be said. */
function errorsOf({ forecast, total, libvirt }: Measurement): Errors | string {
  const { jobTimeMs, dataMovedMiB } = libvirt;
  if (isMissing(forecast)) return forecast.missing;
  if (isMissing(total)) return total.missing;
  if (isMissing(jobTimeMs) || isMissing(dataMovedMiB)) return "libvirt told no figures of its job";
  const off = (expected: number, happened: number) => Math.abs(expected - happened) / happened;
  return {
    total: off(forecast.totalMs, total.ms),
    job: off(forecast.jobMs, jobTimeMs.ms),
    data: off(forecast.dataMiB, dataMovedMiB.mebibytes),
  };
}

async function fileOf(given: string | undefined): Promise<string> {
  if (given !== undefined) return given;
  const file = join(await mkdtemp(join(tmpdir(), "kvmlab-bench-")), "forecast.yaml");
  await writeFile(file, matrix);
  return file;
}

async function main(): Promise<void> {
  const file = await fileOf(process.argv[2]);
  await experiment(file);
  const { lab } = experimentSchema.parse(parse(await readFile(file, "utf8")));
  const results = parseResults(await readFile(`${file}.results.jsonl`, "utf8"));
  const moves = new Map((await keptMoves(lab)).map(({ name, move }) => [name, move]));
  const known: Errors[] = [];
  const rows = results.map(({ id, move, failed }) => {
    const kept = moves.get(move ?? "");
    const errors = kept === undefined ? (failed ?? "not kept") : errorsOf(kept.measurement);
    if (typeof errors === "string") return [id, errors, "", ""];
    known.push(errors);
    return [id, percent(errors.total), percent(errors.job), percent(errors.data)];
  });
  const medianOf = (key: keyof Errors) => percent(median(known.map((errors) => errors[key])));
  rows.push([
    `median of ${known.length} of ${results.length}`,
    medianOf("total"),
    medianOf("job"),
    medianOf("data"),
  ]);
  console.log(textTable(["run", "total time", "job's time", "data"], rows));
  const busy = `load ${loadavg()[0]?.toFixed(1)} on ${availableParallelism()} processors`;
  console.log(`aim: a median of at most 30 % for total time (${busy}; ${file})`);
}

function percent(part: number): string {
  return `${Math.round(part * 100)} %`;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
