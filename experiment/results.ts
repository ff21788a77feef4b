import { stringify } from "csv-stringify/sync";
import { isMissing } from "kvmlab-provider/sdk/measurement";
import { z } from "zod";
import type { ErrorCode } from "../errors/catalog";
import { figureList } from "../report/figure-list";
import type { KeptMove } from "../report/kept-move";
import type { Run } from "./plan";

const resultSchema = z.object({
  id: z.string(),
  /** The kept move's name; undefined when there was none. */
  move: z.string().optional(),
  /** Why there is no move. */
  failed: z.string().optional(),
});
/** What became of one run. */
export type RunResult = z.output<typeof resultSchema>;

/**
 * Whether an error says something of one run: a host, a guest or the move (KVM-4xx to 6xx), or the engine (KVM-903, KVM-909). Others,
 * such as a lab that is not up, would spoil all the runs that are left.
 */
export function isResult(code: ErrorCode): boolean {
  return /^KVM-(?:[456]\d\d|903|909)$/.test(code);
}

/** Reads the file of results: a line of JSON each. A line that was cut off by an interruption counts for nothing. */
export function parseResults(text: string): RunResult[] {
  return text.split("\n").flatMap((line) => {
    try {
      return resultSchema.safeParse(JSON.parse(line)).data ?? [];
    } catch {
      return [];
    }
  });
}

/** A row for each run, with every figure; an empty cell is a missing figure, and the reason stands in the last column. */
export function resultsCsv(
  runs: readonly Run[],
  results: readonly RunResult[],
  moves: ReadonlyMap<string, KeptMove>,
): string {
  const byId = new Map(results.map((result) => [result.id, result]));
  const rows = runs.map((run) => {
    const result = byId.get(run.id);
    const move = moves.get(result?.move ?? "");
    const figures = figureList.map(({ of }) => (move === undefined ? undefined : of(move.measurement)));
    const reasons = figures.flatMap((figure) =>
      figure !== undefined && isMissing(figure) ? [figure.missing] : [],
    );
    const why = move === undefined ? [result?.failed ?? "not done"] : [...new Set(reasons)];
    return [
      run.mode,
      run.memoryMiB ?? "",
      run.dirtyMiBps,
      run.diskWritesKiBps ?? "",
      run.bandwidthMiBps,
      run.repeat,
      result?.move ?? "",
      ...figures.map((figure) => (figure === undefined || isMissing(figure) ? "" : figure.value)),
      why.join("; "),
    ];
  });
  const heads = figureList.map(({ key, unit }) => (unit === "" ? key : `${key} (${unit})`));
  return stringify([
    [
      ...["mode", "memoryMiB", "dirtyMiBps", "diskWritesKiBps", "bandwidthMiBps", "repeat", "move"],
      ...heads,
      "missing",
    ],
    ...rows,
  ]);
}
