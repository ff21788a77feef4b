import type { Figure, Writing, WritingWindow } from "../sdk/measurement";
import { isMissing } from "../sdk/measurement";
import { rounded } from "./quantile";
import type { Answer, MoveRecord } from "./record";
import { type Window, windowsOf } from "./windows";

const pagesAMebibyte = 256;

/** What the guest wrote to its memory by its load, in MiB/s. */
export function memoryWritesOf(record: MoveRecord): Figure<Writing> {
  return writing(record, record.about.memoryWritesMiBps, ({ pages }) => pages / pagesAMebibyte);
}

/** What it wrote to its disk, synced, in KiB/s. */
export function diskWritesOf(record: MoveRecord): Figure<Writing> {
  return writing(record, record.about.diskWritesKiBps, ({ kib }) => kib);
}

function writing(record: MoveRecord, asked: number, done: (answer: Answer) => number): Figure<Writing> {
  const { about, answers, broken, writesBroken } = record;
  if (about.blind !== undefined) return { missing: about.blind };
  if (asked === 0) return { missing: "no such writing was asked for" };
  if (writesBroken !== undefined) return { missing: writesBroken };
  if (answers.length === 0) return { missing: broken ?? "the guest never answered" };
  const windows = windowsOf(record);
  const before = inWindow(answers, windows.before, done);
  const during = inWindow(answers, windows.during, done);
  const after = inWindow(answers, windows.after, done);
  return {
    askedPerSecond: asked,
    before,
    during,
    after,
    duringToBefore: ratio(during, before),
    afterToBefore: ratio(after, before),
  };
}

/**
 * From the first answer in a window to the first one at its end or later, or to the last one that there is: what the guest
 * told then is exact, whenever it was able to tell it.
 */
function inWindow(
  answers: readonly Answer[],
  window: Figure<Window>,
  done: (answer: Answer) => number,
): Figure<WritingWindow> {
  if (isMissing(window)) return window;
  const first = answers.find(({ at }) => at >= window.from);
  const last = answers.find(({ at }) => at >= window.to) ?? answers.at(-1);
  if (first === undefined || last === undefined || last.at <= first.at || first.at >= window.to)
    return { missing: "fewer than two answers came in this time" };
  if (first.boot !== last.boot) return { missing: "the guest was booted again" };
  const seconds = (last.at - first.at) / 1000;
  return { seconds: rounded(seconds), perSecond: rounded((done(last) - done(first)) / seconds) };
}

function ratio(one: Figure<WritingWindow>, before: Figure<WritingWindow>): Writing["duringToBefore"] {
  if (isMissing(before)) return { missing: `before the move: ${before.missing}` };
  if (isMissing(one)) return one;
  if (before.perSecond === 0) return { missing: "before the move nothing was written" };
  return { perSecond: rounded(one.perSecond / before.perSecond) };
}
