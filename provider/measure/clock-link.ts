/** One line that went to the observer and came back. */
interface RoundTrip {
  /** When it left and when its answer was here, in ms of this machine's clock. */
  readonly left: number;
  readonly back: number;
  /** When the observer answered, in ms of its own clock. */
  readonly there: number;
}

export interface ClockLink {
  /** What is added to a time of this machine's to have the observer's, in ms. */
  readonly offsetMs: number;
  readonly uncertaintyMs: number;
}

/**
 * How two clocks stand to each other, by the quickest round trip: the answer was given somewhere within it. Other round
 * trips that contradict it (a clock that runs faster) widen the uncertainty. Undefined without any.
 */
export function linkClocks(trips: readonly RoundTrip[]): ClockLink | undefined {
  const estimates = trips.map(({ left, back, there }) => ({
    offsetMs: there - (left + back) / 2,
    half: (back - left) / 2,
  }));
  const best = estimates.reduce<(typeof estimates)[number] | undefined>(
    (least, one) => (least === undefined || one.half < least.half ? one : least),
    undefined,
  );
  if (best === undefined) return undefined;
  const contradictions = estimates.map(({ offsetMs, half }) => Math.abs(offsetMs - best.offsetMs) - half);
  return { offsetMs: best.offsetMs, uncertaintyMs: Math.max(best.half, ...contradictions) };
}
