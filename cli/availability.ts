import { deliveriesOf } from "kvmlab-provider/measure/deliveries";
import type { MoveRecord } from "kvmlab-provider/measure/record";

/** How a service answered who asked it all the time. */
export interface Availability {
  readonly seconds: number;
  /** Questions that were answered, or could have been: those that were under way at the end do not count. */
  readonly asked: number;
  readonly answered: number;
  /** The longest time without an answer. */
  readonly longestGapMs: number;
}

/** Undefined where nobody was asked. */
export function availabilityOf({
  sent,
  answers,
}: Pick<MoveRecord, "sent" | "answers">): Availability | undefined {
  const [begin, end] = [sent[0]?.at, sent.at(-1)?.at];
  if (begin === undefined || end === undefined) return undefined;
  const { first, lost } = deliveriesOf(sent, answers);
  const times = [begin, ...first.map(({ at }) => at).sort((a, b) => a - b), end];
  const gaps = times.map((at, index) => at - (times[index - 1] ?? at));
  return {
    seconds: (end - begin) / 1000,
    asked: first.length + lost,
    answered: first.length,
    longestGapMs: Math.max(...gaps),
  };
}
