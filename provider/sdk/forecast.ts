import type { Figure } from "./measurement";

/** How fast data goes from one host to the other, and how that is known. */
export interface Bandwidth {
  readonly MiBps: number;
  /**
   * `last-move`: what the last move between these two hosts carried, on average. `ssh`: some MiB over the source's SSH to the target, which
   * encrypts: a move that does not may be faster. `limit`: the move's own `bandwidthMiBps`, below what is known, or where nothing is known.
   */
  readonly from: "last-move" | "ssh" | "limit";
  /** How old the figure is, in seconds; left out where that is not known. */
  readonly ageSeconds?: number | undefined;
}

/** How fast the guest writes to its memory, as its QEMU measured it in one second. */
export interface DirtyRate {
  /** In whole MiB/s: QEMU tells it no finer. */
  readonly MiBps: number;
  readonly mode: "page-sampling" | "dirty-bitmap";
}

/** How the same move is likely to go in another way. */
export interface Alternative {
  readonly way: "auto-converge" | "post-copy";
  readonly jobMs: number;
  readonly downtimeMs: number;
}

/** How a move is likely to go, told before it. docs/concepts/forecast.md has the model and its limits. */
export interface Forecast {
  /** What is sent of the guest's memory at first, in MiB: pages that it never touched are not. */
  readonly memoryMiB: number;
  /** What is copied of its disks, in MiB; 0 where they are shared. */
  readonly storageMiB: number;
  readonly bandwidth: Bandwidth;
  /** What the way carries as far as is known, whatever this move is limited to: the next one may not be. */
  readonly unlimited: Figure<Bandwidth>;
  /** Where it is missing the guest is taken for one that writes nothing: times and data are the least that is to be expected. */
  readonly dirtyRate: Figure<DirtyRate>;
  /** Whether pre-copy comes to its end by itself, however long it takes. */
  readonly converges: boolean;
  /** How the move ends. `abort`: not at all, it is given up; `pause`, `force`: by that action of `options.convergence`. */
  readonly ending: "pre-copy" | "post-copy" | "paused" | "pause" | "force" | "abort";
  /** Passes over the memory, the one with the guest stopped included. */
  readonly passes: number;
  readonly dataMiB: number;
  /** libvirt's job, in ms. */
  readonly jobMs: number;
  /** From the command until the guest answers, in ms; as `jobMs` where it is not known what comes in addition. */
  readonly totalMs: number;
  /** The time in which the last pages are sent. The devices' state and the guest's way back to the network come in addition. */
  readonly downtimeMs: number;
  /** The longest downtime that QEMU was allowed when this was computed. */
  readonly maxDowntimeMs: number;
  /** Ways that end, where this one does not by itself; else empty. */
  readonly alternatives: readonly Alternative[];
}
