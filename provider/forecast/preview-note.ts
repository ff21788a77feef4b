import { earlierMove } from "../migrate/forecast-of-move";
import type { MigrationOptions } from "../migrate/options";
import { migrationOptions } from "../migrate/options";
import type { Placement } from "../migrate/placement";
import { isMissing } from "../sdk/measurement";
import { bandwidthOfMoves } from "./bandwidth-of-moves";
import { forecast } from "./forecast";
import { forecastLines } from "./forecast-text";
import { limited, wayOf } from "./gather-forecast";

/** What a preview knows of a Migration: inputs may be unknown yet. */
export interface Previewed {
  readonly guest: string;
  readonly to?: string | undefined;
  readonly options?: unknown;
}

/**
 * What a preview can say of a move that is to be made, in lines; undefined where there is none. A preview asks no host: all of it is of the last
 * move, and it says so.
 */
export function previewNote(
  { guest, to, options }: Previewed,
  state: Placement | undefined,
): string | undefined {
  if (state === undefined || typeof to !== "string" || to === state.runningOn || state.runningOn === "")
    return undefined;
  const { runningOn, from, jobTimeMs, totalTimeMs, dataMovedMiB, downtimeMs, measurement } = state;
  const pair = [runningOn, to] as const;
  const known = bandwidthOfMoves([earlierMove(state)], pair, Date.now());
  const asked: MigrationOptions | undefined = migrationOptions.safeParse(options ?? {}).data;
  if (known.bandwidth === undefined || asked === undefined || asked.mode === "offline") return undefined;
  // A state of an earlier version may have neither.
  const { forecast: told } = { forecast: undefined, ...measurement };
  if (told === undefined || isMissing(told)) {
    const words = `${(jobTimeMs / 1000).toFixed(1)} s of ${(totalTimeMs / 1000).toFixed(1)} s in all, ${dataMovedMiB.toFixed(0)} MiB, downtime ${downtimeMs} ms`;
    return `the last move of ${guest} was between the same hosts (${from} → ${runningOn}): libvirt's job took ${words}`;
  }
  const { memoryMiB, storageMiB, dirtyRate } = told;
  const { bandwidth } = known;
  const lines = forecastLines(
    forecast({
      ...{ memoryMiB, dirtyRate, mode: asked.mode, overheadMs: known.overheadMs },
      storageMiB: asked.copyStorage === "none" ? 0 : storageMiB,
      bandwidth: limited(bandwidth, asked.bandwidthMiBps),
      unlimited: bandwidth,
      ...wayOf(asked, memoryMiB),
    }),
  );
  return [...lines, "a preview asks no host: memory and dirty rate are those before the last move"].join(
    "\n",
  );
}
