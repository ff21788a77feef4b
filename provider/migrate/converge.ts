import type { JobSample } from "../host/job-text";
import { convergenceAction, type MigrationOptions } from "./options";

/**
 * What is done to a move from outside while it runs, and why. `stalled`: not because the guest writes too fast, but because
 * nothing is carried any more.
 */
export type Intervention = { readonly why: string } & (
  | { readonly act: "abort"; readonly stalled?: true }
  | { readonly act: "pause" | "postCopy" }
  | { readonly act: "maxDowntime"; readonly downtimeMs: number }
);

/** An intervention that was carried out, by the job's own clock. */
export interface CarriedOut {
  readonly intervention: Intervention;
  readonly atMs: number;
}

/** What the samples so far amount to. */
export interface Progress {
  readonly latest: JobSample;
  /** The least that was ever left to copy. */
  readonly leastMiB: number;
  /** When less was left than ever before, by the job's own clock. */
  readonly leastAtMs: number;
  /** When data was last seen to be carried, by the job's own clock. */
  readonly carriedAtMs: number;
}

/** QEMU's own maximum downtime, where none was asked for. */
export const qemuDowntimeMs = 300;

/** Nothing that comes back by itself stays away so long: libvirt's own patience with a silent peer is 30 s. */
const stallLimitMs = 45_000;

/** Takes one more sample in. */
export function follow(progress: Progress | undefined, latest: JobSample): Progress {
  const carries = latest.processedMiB === 0 || latest.processedMiB !== progress?.latest.processedMiB;
  const carriedAtMs = carries ? latest.elapsedMs : progress.carriedAtMs;
  if (progress !== undefined && latest.remainingMiB >= progress.leastMiB)
    return { ...progress, latest, carriedAtMs };
  return { latest, leastMiB: latest.remainingMiB, leastAtMs: latest.elapsedMs, carriedAtMs };
}

/** For how long nothing was carried, in ms, by the job's own clock. */
export function stalledMs({ latest, carriedAtMs }: Progress): number {
  return latest.elapsedMs - carriedAtMs;
}

/**
 * Decides what is to be done about a move that does not come to its end; undefined while it does, and when all was done
 * that can be. A guest that was paused, or that runs on the target already, comes to its end without help, as long as
 * data is carried at all.
 */
export function converge(
  progress: Progress | undefined,
  options: MigrationOptions,
  done: readonly CarriedOut[],
): Intervention | undefined {
  if (progress === undefined || progress.latest.postCopy) return undefined;
  const aborted = done.some(({ intervention: { act } }) => act === "abort");
  const standsMs = stalledMs(progress);
  if (standsMs >= stallLimitMs && !aborted) {
    return { act: "abort", stalled: true, why: `nothing was carried for ${Math.round(standsMs / 1000)} s` };
  }
  if (options.mode === "paused") return undefined;
  if (done.some(({ intervention: { act } }) => act !== "maxDowntime")) return undefined;
  const why = trouble(progress, options);
  if (why === undefined) return undefined;
  const act = convergenceAction(options);
  return act === "force" ? force(why, progress, options, done) : { act, why };
}

/** Why a move counts as one that does not converge. */
function trouble({ latest, leastAtMs }: Progress, { convergence }: MigrationOptions): string | undefined {
  const { secondsPerGiB, noProgressSeconds } = convergence;
  const standingMs = latest.elapsedMs - leastAtMs;
  if (standingMs >= noProgressSeconds * 1000) {
    return `no progress for ${Math.round(standingMs / 1000)} s (noProgressSeconds: ${noProgressSeconds})`;
  }
  const seconds = limitSeconds(secondsPerGiB, latest.totalMiB);
  if (latest.elapsedMs < seconds * 1000) return undefined;
  return `not done after ${seconds} s (secondsPerGiB: ${secondsPerGiB}, for ${shownMiB(latest.totalMiB)} MiB)`;
}

/** How long a copy of so much memory may take. */
export function limitSeconds(secondsPerGiB: number, totalMiB: number): number {
  return Math.max(1, Math.round((secondsPerGiB * totalMiB) / 1024));
}

/** Twice the downtime at each step. What the ceiling does not bring to an end never ends. */
function force(
  why: string,
  { latest }: Progress,
  { convergence, maxDowntimeMs }: MigrationOptions,
  done: readonly CarriedOut[],
): Intervention | undefined {
  const { maxDowntimeCeilingMs, forceStepSeconds, noProgressSeconds } = convergence;
  const last = done.at(-1);
  const allowedMs =
    last?.intervention.act === "maxDowntime"
      ? last.intervention.downtimeMs
      : (maxDowntimeMs ?? qemuDowntimeMs);
  const atCeiling = allowedMs >= maxDowntimeCeilingMs;
  const patienceSeconds = atCeiling ? Math.max(noProgressSeconds, forceStepSeconds) : forceStepSeconds;
  if (last !== undefined && latest.elapsedMs - last.atMs < patienceSeconds * 1000) return undefined;
  if (atCeiling) return { act: "abort", why: `${why}, even with ${allowedMs} ms of downtime allowed` };
  return { act: "maxDowntime", downtimeMs: Math.min(maxDowntimeCeilingMs, 2 * allowedMs), why };
}

function shownMiB(mebibytes: number): string {
  return mebibytes.toFixed(mebibytes < 10 ? 1 : 0);
}
