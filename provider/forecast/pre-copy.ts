/** What pre-copy depends on. */
export interface PreCopyFacts {
  /** What is to be sent in the first pass. */
  readonly memoryMiB: number;
  /** Above 0. */
  readonly bandwidthMiBps: number;
  readonly dirtyMiBps: number;
  /** The part of the memory that the guest writes to; by default all of it. */
  readonly workingSetMiB?: number | undefined;
  readonly maxDowntimeMs: number;
  /** Per cent by which the processors are held back, at first and at each further step. Undefined: they are not. */
  readonly throttle?: { readonly initial: number; readonly increment: number } | undefined;
}

/** A pass over the memory with the guest running. */
export interface Pass {
  readonly beginsMs: number;
  readonly MiB: number;
}

export interface PreCopy {
  readonly passes: readonly Pass[];
  /** When the passes end: the guest can be stopped then, or never. */
  readonly endsMs: number;
  /** What is left then. */
  readonly leftMiB: number;
  readonly converges: boolean;
}

/** QEMU's own: a pass that leaves more than half of what it sent counts, and at every second such pass the throttle grows. */
const throttleTrigger = 0.5;
const passesToThrottle = 2;
const mostThrottle = 99;
/** So near to the bandwidth a dirty rate is as good as above it. */
const mostPasses = 100_000;

/**
 * QEMU's pre-copy: each pass sends what was written during the one before it, until the rest can be sent within the downtime that is allowed.
 * A page that is written twice in a pass is sent once: more than the working set is never left.
 */
export function preCopy(facts: PreCopyFacts): PreCopy {
  const { memoryMiB, bandwidthMiBps, dirtyMiBps, maxDowntimeMs, throttle } = facts;
  const most = Math.min(memoryMiB, facts.workingSetMiB ?? memoryMiB);
  const enough = (bandwidthMiBps * maxDowntimeMs) / 1000;
  const passes: Pass[] = [];
  let [left, ms, heldBack, heavy] = [memoryMiB, 0, 0, 0];
  while (left > enough) {
    const seconds = left / bandwidthMiBps;
    passes.push({ beginsMs: ms, MiB: left });
    ms += seconds * 1000;
    const written = Math.min(most, dirtyMiBps * (1 - heldBack / 100) * seconds);
    const stands = written >= left && (throttle === undefined || heldBack >= mostThrottle);
    if (throttle !== undefined && written > left * throttleTrigger && ++heavy % passesToThrottle === 0)
      heldBack = Math.min(mostThrottle, heldBack === 0 ? throttle.initial : heldBack + throttle.increment);
    left = written;
    if (stands || passes.length >= mostPasses)
      return { passes, endsMs: ms, leftMiB: left, converges: left <= enough };
  }
  return { passes, endsMs: ms, leftMiB: left, converges: true };
}
