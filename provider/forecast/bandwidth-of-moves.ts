import type { Bandwidth } from "../sdk/forecast";
import { type Figure, isMissing } from "../sdk/measurement";

/** What is known of a move that was made earlier: outputs of a Migration. */
export interface EarlierMove {
  readonly from: string;
  readonly to: string;
  readonly command: string;
  readonly totalTimeMs: number;
  readonly jobTimeMs: number;
  readonly dataMovedMiB: number;
  readonly migratedAt: string;
  /** What was known of the way before it. */
  readonly unlimited?: Figure<Bandwidth> | undefined;
}

interface Known {
  readonly bandwidth: Bandwidth | undefined;
  /** What came in addition to libvirt's job. */
  readonly overheadMs: number;
}

/** A move that carried more than this part of its limit would have carried more without it. */
const limitedPart = 0.8;

/**
 * What earlier moves tell of the way between two hosts, in either direction: the newest that counts. One that its limit held up tells the limit
 * only, and one that carried next to nothing tells how long libvirt needs for nothing; then what was known before the newest stands.
 *
 * @param moves the newest first
 */
export function bandwidthOfMoves(
  moves: readonly EarlierMove[],
  [one, other]: readonly [string, string],
  now: number,
): Known {
  const between = moves.filter(
    ({ from, to, jobTimeMs }) =>
      jobTimeMs > 0 && ((from === one && to === other) || (from === other && to === one)),
  );
  const [newest] = between;
  const move = between.find((one) => one.dataMovedMiB >= 1 && rateOf(one) < limitedPart * limitOf(one));
  return {
    bandwidth: move
      ? { MiBps: rateOf(move), from: "last-move", ...ageOf(move, now) }
      : newest && knownBefore(newest, now),
    overheadMs: newest === undefined ? 0 : Math.max(0, newest.totalTimeMs - newest.jobTimeMs),
  };
}

function rateOf({ dataMovedMiB, jobTimeMs }: EarlierMove): number {
  return (dataMovedMiB * 1000) / jobTimeMs;
}

function limitOf({ command }: EarlierMove): number {
  return Number(/ --bandwidth (\d+)/.exec(command)?.[1] ?? Number.POSITIVE_INFINITY);
}

function knownBefore(move: EarlierMove, now: number): Bandwidth | undefined {
  const { unlimited } = move;
  if (unlimited === undefined || isMissing(unlimited)) return undefined;
  const { MiBps, from, ageSeconds = 0 } = unlimited;
  const { ageSeconds: since } = ageOf(move, now);
  return { MiBps, from, ...(since === undefined ? {} : { ageSeconds: ageSeconds + since }) };
}

/** Left out where it is not known: what the engine keeps has no undefined. */
function ageOf({ migratedAt }: EarlierMove, now: number): { readonly ageSeconds?: number } {
  const seconds = Math.round((now - Date.parse(migratedAt)) / 1000);
  return Number.isFinite(seconds) ? { ageSeconds: Math.max(0, seconds) } : {};
}
