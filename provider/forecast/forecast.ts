import type { Alternative, Bandwidth, DirtyRate, Forecast } from "../sdk/forecast";
import { type Figure, isMissing } from "../sdk/measurement";
import { type PreCopy, type PreCopyFacts, preCopy } from "./pre-copy";

/** All that a forecast is computed from. */
export interface ForecastFacts {
  readonly memoryMiB: number;
  readonly workingSetMiB?: number | undefined;
  readonly storageMiB: number;
  /** Above 0. */
  readonly bandwidth: Bandwidth;
  readonly unlimited: Figure<Bandwidth>;
  readonly dirtyRate: Figure<DirtyRate>;
  readonly mode: "live" | "paused" | "postCopy" | "hybrid";
  readonly maxDowntimeMs: number;
  readonly throttle?: PreCopyFacts["throttle"];
  /** What is done about a move that does not end, and when. */
  readonly unconverged: {
    readonly action: "abort" | "pause" | "postCopy" | "force";
    /** The memory may take so long. */
    readonly limitMs: number;
    /** It may stand so long. */
    readonly noProgressMs: number;
    readonly ceilingMs: number;
    readonly forceStepMs: number;
  };
  /** What comes in addition to libvirt's job until the guest answers. */
  readonly overheadMs: number;
}

/** QEMU's own, where none was asked for. */
export const autoConvergeDefaults = { initial: 20, increment: 10 };

type Outlook = Pick<Forecast, "ending" | "passes" | "dataMiB" | "jobMs" | "downtimeMs">;

/** How a move is likely to go. Nothing is looked at: the same facts give the same forecast. */
export function forecast(facts: ForecastFacts): Forecast {
  const { memoryMiB, storageMiB, bandwidth, unlimited, dirtyRate, maxDowntimeMs, overheadMs } = facts;
  const alone = preCopy(copyFacts(facts));
  const outlook = outlookOf(facts, alone);
  const storageMs = (storageMiB / bandwidth.MiBps) * 1000;
  const jobMs = outlook.jobMs + storageMs;
  return {
    ...{ memoryMiB, storageMiB, bandwidth, unlimited, dirtyRate, maxDowntimeMs },
    ...{ ...outlook, converges: alone.converges, jobMs, totalMs: jobMs + overheadMs },
    dataMiB: outlook.dataMiB + storageMiB,
    alternatives:
      facts.mode !== "live" || outlook.ending === "pre-copy" ? [] : alternatives(facts, storageMs),
  };
}

function copyFacts(facts: ForecastFacts): PreCopyFacts {
  const { dirtyRate, bandwidth, ...others } = facts;
  return {
    ...others,
    bandwidthMiBps: bandwidth.MiBps,
    dirtyMiBps: isMissing(dirtyRate) ? 0 : dirtyRate.MiBps,
  };
}

function outlookOf(facts: ForecastFacts, copy: PreCopy): Outlook {
  const { mode, memoryMiB, unconverged } = facts;
  switch (mode) {
    case "paused": {
      const ms = sendMs(facts, memoryMiB);
      return { ending: "paused", passes: 1, dataMiB: memoryMiB, jobMs: ms, downtimeMs: ms };
    }
    case "postCopy":
      return switchedAfter(facts, copy, 1);
    default: {
      const late = Math.min(
        unconverged.limitMs,
        copy.converges ? Number.POSITIVE_INFINITY : copy.endsMs + unconverged.noProgressMs,
      );
      if (copy.converges && copy.endsMs <= late) return converged(facts, copy);
      return intervened(facts, copy, late);
    }
  }
}

function converged(facts: ForecastFacts, { passes, endsMs, leftMiB }: PreCopy): Outlook {
  const downtimeMs = sendMs(facts, leftMiB);
  return {
    ending: "pre-copy",
    passes: passes.length + 1,
    dataMiB: sum(passes) + leftMiB,
    jobMs: endsMs + downtimeMs,
    downtimeMs,
  };
}

/** Post-copy after some passes: what is left follows while the guest runs on the target. */
function switchedAfter(facts: ForecastFacts, { passes, leftMiB, endsMs }: PreCopy, count: number): Outlook {
  const done = passes.slice(0, count);
  const next = passes[count];
  const [rest, beganMs] = next === undefined ? [leftMiB, endsMs] : [next.MiB, next.beginsMs];
  return {
    ending: "post-copy",
    passes: done.length + 1,
    dataMiB: sum(done) + rest,
    jobMs: beganMs + sendMs(facts, rest),
    downtimeMs: 0,
  };
}

/** What `options.convergence` does at that time. */
function intervened(facts: ForecastFacts, copy: PreCopy, atMs: number): Outlook {
  const { bandwidth, maxDowntimeMs, unconverged } = facts;
  const { action, ceilingMs, forceStepMs } = unconverged;
  const rest = leftAt(facts, copy, atMs);
  const restMs = sendMs(facts, rest);
  const before = { passes: passesUntil(facts, copy, atMs) + 1, dataMiB: (bandwidth.MiBps * atMs) / 1000 };
  const ended = { ...before, dataMiB: before.dataMiB + rest, jobMs: atMs + restMs };
  if (action === "postCopy") return { ...ended, ending: "post-copy", downtimeMs: 0 };
  if (action === "pause") return { ...ended, ending: "pause", downtimeMs: restMs };
  if (action === "force" && restMs <= ceilingMs) {
    const steps = Math.max(1, Math.ceil(Math.log2(restMs / maxDowntimeMs)));
    const jobMs = ended.jobMs + (steps - 1) * forceStepMs;
    return { ...ended, ending: "force", jobMs, downtimeMs: restMs };
  }
  return { ...before, ending: "abort", jobMs: atMs, downtimeMs: 0 };
}

/** What is not sent yet, that time included in which what was sent is written again. */
function leftAt({ memoryMiB }: ForecastFacts, { passes, leftMiB, endsMs }: PreCopy, atMs: number): number {
  if (atMs >= endsMs) return leftMiB;
  return passes.findLast(({ beginsMs }) => beginsMs <= atMs)?.MiB ?? memoryMiB;
}

function passesUntil(facts: ForecastFacts, { passes, endsMs, leftMiB }: PreCopy, atMs: number): number {
  if (atMs < endsMs) return passes.filter(({ beginsMs }) => beginsMs <= atMs).length;
  return passes.length + (leftMiB > 0 ? Math.floor((atMs - endsMs) / sendMs(facts, leftMiB)) : 0);
}

/** Ways out of a live move that does not end by itself in time. */
function alternatives(facts: ForecastFacts, storageMs: number): Alternative[] {
  const held = preCopy({ ...copyFacts(facts), throttle: autoConvergeDefaults });
  const shown = (way: Alternative["way"], { jobMs, downtimeMs }: Outlook) => ({
    ...{ way, jobMs: jobMs + storageMs, downtimeMs },
  });
  return [
    ...(facts.throttle === undefined && held.converges && held.endsMs <= facts.unconverged.limitMs
      ? [shown("auto-converge", converged(facts, held))]
      : []),
    shown("post-copy", switchedAfter(facts, preCopy(copyFacts(facts)), 1)),
  ];
}

function sendMs({ bandwidth }: ForecastFacts, MiB: number): number {
  return (MiB / bandwidth.MiBps) * 1000;
}

function sum(passes: PreCopy["passes"]): number {
  return passes.reduce((all, { MiB }) => all + MiB, 0);
}
