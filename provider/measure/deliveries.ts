import type { Echo, Probe } from "./record";

/** What became of the probes. */
export interface Deliveries<A extends Echo> {
  /** The first answer to each, in the order in which they came. */
  readonly first: readonly A[];
  readonly lost: number;
  readonly duplicates: number;
  /** First answers that came after the answer to a later probe. */
  readonly reordered: number;
  /** Not answered, and sent so shortly before the end that an answer may have been under way. */
  readonly pending: number;
}

/** An answer that takes longer than this is taken for lost when the observation ends. */
const underWayMs = 1000;

export function deliveriesOf<A extends Echo>(sent: readonly Probe[], answers: readonly A[]): Deliveries<A> {
  const known = new Set(sent.map(({ n }) => n));
  const seen = new Set<number>();
  const first: A[] = [];
  let [duplicates, reordered, highest] = [0, 0, Number.NEGATIVE_INFINITY];
  for (const answer of answers) {
    // Of an observation whose beginning is not there.
    if (!known.has(answer.n)) continue;
    if (seen.has(answer.n)) {
      duplicates++;
      continue;
    }
    seen.add(answer.n);
    first.push(answer);
    if (answer.n < highest) reordered++;
    highest = Math.max(highest, answer.n);
  }
  const endedAt = Math.max(sent.at(-1)?.at ?? 0, answers.at(-1)?.at ?? 0);
  const unanswered = sent.filter(({ n }) => !seen.has(n));
  const pending = unanswered.filter(({ at }) => endedAt - at < underWayMs).length;
  return { first, lost: unanswered.length - pending, duplicates, reordered, pending };
}
