import type { Downtime, Figure } from "../sdk/measurement";
import { deliveriesOf } from "./deliveries";
import { quantile, rounded } from "./quantile";
import { type Echo, jobBegan, type MoveRecord, type Probe } from "./record";

/** Fewer gaps than this say nothing about what is usual: then the interval that was asked for stands for it. */
const enoughGaps = 20;
/** Silence at the end that is longer than any of the usual gaps by this factor, and than this time, is an end. */
const muchLonger = 10;
const longSilenceMs = 1000;

interface Gap {
  readonly from: number;
  readonly to: number;
}

/** As the guest's service shows it, which answers over UDP. */
export function downtimeOf(record: MoveRecord): Figure<Downtime> {
  const { sent, answers, about } = record;
  return silenceIn(record, { sent, answers, interval: about.interval, what: "probes over UDP" });
}

/** As the guest's kernel shows it, which answers ICMP echoes by itself. */
export function icmpDowntimeOf(record: MoveRecord): Figure<Downtime> {
  const { pings, echoes, about, pingless } = record;
  if (about.blind === undefined && about.pingInterval === 0) return { missing: "no ICMP echo was asked for" };
  if (pingless !== undefined) return { missing: `${about.observer} may not send ICMP echoes: ${pingless}` };
  return silenceIn(record, {
    sent: pings,
    answers: echoes,
    interval: about.pingInterval,
    what: "ICMP echoes",
  });
}

interface Asked {
  readonly sent: readonly Probe[];
  readonly answers: readonly Echo[];
  readonly interval: number;
  readonly what: string;
}

/**
 * The longest time between two answers that touches the move (from when libvirt's job began until virsh ended), less the usual time
 * between two. Nothing is smoothed: the gap is between two answers that are in the samples.
 */
function silenceIn(record: MoveRecord, { sent, answers, interval, what }: Asked): Figure<Downtime> {
  const { marks, about } = record;
  if (about.blind !== undefined) return { missing: about.blind };
  const command = marks.get("command");
  if (command === undefined) return { missing: "the move never began" };
  if (record.clockWentBack) return { missing: "the observer's clock went back" };
  if (record.broken !== undefined && sent.length === 0) return { missing: record.broken };
  const { first, ...counts } = deliveriesOf(sent, answers);
  const last = first.at(-1);
  if (last === undefined)
    return { missing: `the guest answered none of ${sent.length} ${what} from ${about.observer}` };

  const usual = usualGaps(first, command, interval);
  const moveEnded = marks.get("virsh-ended") ?? last.at;
  // Before libvirt's job the guest did not stop for the move, however silent a busy host made it. Only what was seen while it went on tells when that was.
  const whileMoving = record.events.filter(({ at }) => at <= moveEnded);
  const moveBegan = Math.max(command, jobBegan(whileMoving) ?? command);
  const silentFor = Math.max(sent.at(-1)?.at ?? 0, marks.get("end") ?? 0) - last.at;
  if (silentFor > Math.max(longSilenceMs, muchLonger * usual.medianMs))
    return {
      missing:
        record.broken ?? `the guest answered no more: silence for ${Math.round(silentFor)} ms until the end`,
    };

  const gap = longest(gapsOf(first).filter(({ from, to }) => from <= moveEnded && to >= moveBegan));
  if (gap === undefined) return { missing: "no two answers came around the move" };
  const observerPauseMs = longestPause(sent, gap, interval);
  const gapMs = gap.to - gap.from;
  const uncertaintyMs = Math.max(usual.medianMs, interval) + usual.jitterMs + observerPauseMs;
  return {
    ms: rounded(Math.max(0, gapMs - usual.medianMs)),
    uncertaintyMs: rounded(uncertaintyMs),
    unreachable: unreachableIn(sent, first, gap, usual.medianMs, uncertaintyMs),
    gapMs: rounded(gapMs),
    gapFromMs: rounded(gap.from - command),
    gapToMs: rounded(gap.to - command),
    usualIntervalMs: rounded(usual.medianMs),
    jitterMs: rounded(usual.jitterMs),
    longestBeforeMs: rounded(usual.longestMs),
    distinct: gapMs > usual.longestMs,
    observerPauseMs: rounded(observerPauseMs),
    sent: sent.length,
    ...counts,
  };
}

function gapsOf(moments: readonly { readonly at: number }[]): Gap[] {
  return moments.slice(1).flatMap(({ at }, index) => {
    const from = moments[index]?.at;
    return from === undefined ? [] : { from, to: at };
  });
}

function longest(gaps: readonly Gap[]): Gap | undefined {
  return gaps.reduce<Gap | undefined>(
    (most, gap) => (most === undefined || gap.to - gap.from > most.to - most.from ? gap : most),
    undefined,
  );
}

function usualGaps(answers: readonly Echo[], until: number, asked: number) {
  const lengths = gapsOf(answers)
    .filter(({ to }) => to <= until)
    .map(({ from, to }) => to - from);
  if (lengths.length < enoughGaps) return { medianMs: asked, jitterMs: 0, longestMs: 0 };
  const medianMs = quantile(lengths, 0.5);
  // On both sides: where answers are late alternately, the median is one of two extremes.
  const jitterMs = Math.max(quantile(lengths, 0.99) - medianMs, medianMs - quantile(lengths, 0.01));
  return { medianMs, jitterMs, longestMs: quantile(lengths, 1) };
}

/**
 * The longest time from the sending of an answered probe to that of the next one, of which all between them were lost, some of them in
 * the gap; less the usual interval. Not where it begins well before the gap: the guest still answered then what had waited in its
 * queue, and the rest of the queue was lost.
 */
function unreachableIn(
  sent: readonly Probe[],
  answers: readonly Echo[],
  gap: Gap,
  usualMs: number,
  uncertaintyMs: number,
): Downtime["unreachable"] {
  const sentAt = new Map(sent.map(({ n, at }) => [n, at]));
  const tripMs = quantile(
    answers.filter(({ at }) => at <= gap.from).map(({ n, at }) => at - (sentAt.get(n) ?? at)),
    0.5,
  );
  // What was answered at the gap's ends left so long before.
  const span = { from: gap.from - tripMs, to: gap.to - tripMs };
  const none: Gap = { from: span.from, to: span.from + usualMs };
  const { from, to } = longest([none, ...lossesIn(sent, answers, span)]) ?? none;
  const behindMs = span.from - from;
  if (behindMs > uncertaintyMs)
    return { missing: `the guest was ${Math.round(behindMs)} ms behind with its answers when it stopped` };
  return { ms: rounded(to - from - usualMs) };
}

/** From the sending of each answered probe to that of the next one, where all between them were lost, some of them in the span. */
function lossesIn(sent: readonly Probe[], answers: readonly Echo[], span: Gap): Gap[] {
  const numbers = new Set(answers.map(({ n }) => n));
  const answered = sent.filter(({ n }) => numbers.has(n));
  const lostAt = sent.flatMap(({ n, at }) =>
    !numbers.has(n) && at >= span.from && at <= span.to ? [at] : [],
  );
  return gapsOf(answered).filter(({ from, to }) => lostAt.some((at) => at > from && at < to));
}

/** The longest time in a gap in which the observer sent nothing, beyond the interval: it may have missed answers then. */
function longestPause(sent: readonly Probe[], gap: Gap, interval: number): number {
  const inside = sent.filter(({ at }) => at > gap.from && at < gap.to).map(({ at }) => at);
  const times = [gap.from, ...inside, gap.to];
  const pauses = times.slice(1).map((at, index) => at - (times[index] ?? at));
  return Math.max(0, ...pauses.map((pause) => pause - interval));
}
