/** The points of one step: of the checks that passed, and of all. */
export interface StepPoints {
  readonly step: string;
  readonly reached: number;
  readonly of: number;
}

/** A look at steps by whoever works in the lab. */
export interface Attempt {
  readonly at: string;
  readonly steps: readonly StepPoints[];
}

/** A step as it is now, and how it came there. */
export interface StepProgress extends StepPoints {
  /** How often it was looked at until all of it was reached; how often at all where that never was. */
  readonly attempts: number;
  /** When a look first found all of it. */
  readonly doneAt?: string;
}

/** How far an exercise is in one lab. */
export interface Progress {
  readonly steps: readonly StepProgress[];
  /** When the exercise was started there. */
  readonly startedAt: string;
  /** The last look by whoever works there. */
  readonly lastSeen?: string;
  /** When the last of the steps was done; only where all are. */
  readonly doneAt?: string;
}

/** Adds up the checks of each step that has some, in their order. */
export function pointsOfSteps(
  results: readonly { readonly step: string; readonly verdict: string; readonly weight: number }[],
): StepPoints[] {
  const steps = new Map<string, StepPoints>();
  for (const { step, verdict, weight } of results) {
    const { reached, of } = steps.get(step) ?? { reached: 0, of: 0 };
    steps.set(step, { step, reached: reached + (verdict === "passed" ? weight : 0), of: of + weight });
  }
  return [...steps.values()];
}

/**
 * @param now what the checks show now
 * @param attempts all looks until now, the first one first
 */
export function progressOf(
  now: readonly StepPoints[],
  attempts: readonly Attempt[],
  startedAt: string,
): Progress {
  const steps = now.map((points): StepProgress => {
    const looks = attempts.flatMap(({ at, steps: looked }) =>
      looked
        .filter(({ step }) => step === points.step)
        .map(({ reached, of }) => ({ at, done: reached === of })),
    );
    const first = looks.findIndex(({ done }) => done);
    const doneAt = looks[first]?.at;
    return { ...points, attempts: first < 0 ? looks.length : first + 1, ...(doneAt ? { doneAt } : {}) };
  });
  const lastSeen = attempts.at(-1)?.at;
  const all = steps.every(({ reached, of }) => reached === of);
  const doneAt = all
    ? steps
        .flatMap((step) => step.doneAt ?? [])
        .sort()
        .at(-1)
    : undefined;
  return { steps, startedAt, ...(lastSeen ? { lastSeen } : {}), ...(doneAt ? { doneAt } : {}) };
}

/** Whether all of it is reached now. */
export function isDone(progress: Progress | undefined): boolean {
  return progress?.steps.every(({ reached, of }) => reached === of) ?? false;
}

/** Of all steps together. */
export function sumOf(steps: readonly StepPoints[]): { readonly reached: number; readonly of: number } {
  return {
    reached: steps.reduce((sum, { reached }) => sum + reached, 0),
    of: steps.reduce((sum, { of }) => sum + of, 0),
  };
}
