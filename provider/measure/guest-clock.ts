import type { Figure, GuestClock } from "../sdk/measurement";
import { quantile, rounded } from "./quantile";
import type { Answer, MoveRecord } from "./record";

/** Fewer answers than this on one side of the move say nothing about a clock. */
const enough = 5;
const counterTickMs = 100;

/** How the guest's clock stands to the observer's after the move, against before it. */
export function guestClockOf(record: MoveRecord): Figure<GuestClock> {
  const { about, answers, sent, marks } = record;
  if (about.blind !== undefined) return { missing: about.blind };
  const command = marks.get("command");
  const ended = marks.get("virsh-ended");
  if (command === undefined || ended === undefined) return { missing: "the move did not come to its end" };
  const sentAt = new Map(sent.map(({ n, at }) => [n, at]));
  const before = answers.filter(({ at }) => at < command);
  const after = answers.filter(({ at }) => at > ended);
  if (before.length < enough || after.length < enough)
    return { missing: `${before.length} answers before the move, ${after.length} after it` };
  if (new Set(answers.map(({ boot }) => boot)).size > 1) return { missing: "the guest was booted again" };
  // The guest read its clock somewhere between the probe's leaving and the answer's coming.
  const offset = ({ n, at, uptimeMs }: Answer) => uptimeMs - (at + (sentAt.get(n) ?? at)) / 2;
  const [was, is] = [spread(before.map(offset)), spread(after.map(offset))];
  const lag = ({ uptimeMs, counter }: Answer) => uptimeMs - counter * counterTickMs;
  const counterBehindMs = quantile(after.map(lag), 0.5) - quantile(before.map(lag), 0.5);
  return {
    stepMs: rounded(is.median - was.median),
    // The guest tells whole milliseconds, twice.
    uncertaintyMs: rounded(was.half + is.half + 1),
    backwards: answers.filter(({ n, uptimeMs }, index) => isBack(answers[index - 1], n, uptimeMs)).length,
    counterBehindMs: rounded(counterBehindMs),
  };
}

function isBack(previous: Answer | undefined, n: number, uptimeMs: number): boolean {
  return previous !== undefined && n > previous.n && uptimeMs < previous.uptimeMs;
}

function spread(values: readonly number[]): { readonly median: number; readonly half: number } {
  const [low, high] = [quantile(values, 0.05), quantile(values, 0.95)];
  return { median: quantile(values, 0.5), half: (high - low) / 2 };
}
