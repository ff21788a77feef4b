import type { Bandwidth } from "../sdk/forecast";

/** What is known of a move that was made earlier: outputs of a Migration. */
export interface EarlierMove {
  readonly from: string;
  readonly to: string;
  readonly command: string;
  readonly totalTimeMs: number;
  readonly jobTimeMs: number;
  readonly dataMovedMiB: number;
  readonly migratedAt: string;
}

interface Known {
  readonly bandwidth: Bandwidth | undefined;
  /** What came in addition to libvirt's job. */
  readonly overheadMs: number;
}

/**
 * What earlier moves tell of the way between two hosts, in either direction: the newest that counts. One that was limited tells how it was
 * limited, and one that carried next to nothing tells how long libvirt needs for nothing.
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
  const move = between.find(
    ({ command, dataMovedMiB }) => dataMovedMiB >= 1 && !/ --(?:postcopy-)?bandwidth /.test(command),
  );
  return {
    bandwidth: move && {
      MiBps: (move.dataMovedMiB * 1000) / move.jobTimeMs,
      from: "last-move",
      ...ageOf(move, now),
    },
    overheadMs: newest === undefined ? 0 : Math.max(0, newest.totalTimeMs - newest.jobTimeMs),
  };
}

/** Left out where it is not known: what the engine keeps has no undefined. */
function ageOf({ migratedAt }: EarlierMove, now: number): { readonly ageSeconds?: number } {
  const seconds = Math.round((now - Date.parse(migratedAt)) / 1000);
  return Number.isFinite(seconds) ? { ageSeconds: Math.max(0, seconds) } : {};
}
