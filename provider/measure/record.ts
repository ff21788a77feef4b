import { type ClockLink, linkClocks } from "./clock-link";
import { type MarkName, parseSamples, type Sample, type SampleOf } from "./sample";
import { unwrap } from "./sequence";

/** A probe that was sent. Times are in ms of the observer's clock, everywhere in a record. */
export interface Probe {
  readonly at: number;
  readonly n: number;
}

export interface Answer {
  readonly at: number;
  readonly n: number;
  readonly uptimeMs: number;
  readonly counter: number;
  /** The guest's boot, carried on from the answer that told it. */
  readonly boot: string;
}

export interface Request {
  readonly at: number;
  /** Undefined when it was never answered. */
  readonly latencyMs: number | undefined;
}

/** One of libvirt's answers about its job. */
export interface JobEvent {
  readonly at: number;
  readonly elapsedMs: number;
  readonly iteration: number | undefined;
  readonly remainingMiB: number | undefined;
  readonly bandwidthMiBps: number | undefined;
  readonly dirtyMiBps: number | undefined;
}

/** All that was seen of one move, on one clock. */
export interface MoveRecord {
  readonly about: Omit<SampleOf<"about">, "k" | "c">;
  readonly sent: readonly Probe[];
  readonly answers: readonly Answer[];
  readonly requests: readonly Request[];
  readonly marks: ReadonlyMap<MarkName, number>;
  readonly events: readonly JobEvent[];
  /** Why the observer ended before it was told to, where it did. */
  readonly broken: string | undefined;
  readonly libvirt: SampleOf<"libvirt"> | undefined;
  /** Undefined without an observer: then all times are of this machine's clock. */
  readonly clocks: ClockLink | undefined;
  /** Whether the observer's clock ever went back, which a monotonic one does not. */
  readonly clockWentBack: boolean;
  readonly spoiltLines: number;
}

const nobody = { guest: "", from: "", to: "", observer: "", interval: 0, rate: 0 };

/** The record that a text of samples tells. */
export function recordOf(text: string): MoveRecord {
  const { samples, spoiltLines } = parseSamples(text);
  const all = <K extends Sample["k"]>(kind: K) =>
    samples.filter((sample): sample is SampleOf<K> => sample.k === kind);
  const clocks = linkClocks(all("link").map(({ c, back, t }) => ({ left: c, back, there: t / 1000 })));
  const here = (c: number) => c + (clocks?.offsetMs ?? 0);
  const sent = unwrapped(all("sent"));
  return {
    about: all("about")[0] ?? nobody,
    sent,
    answers: answersTo(samples),
    requests: samples.flatMap((sample): Request[] => {
      if (sample.k === "req") return [{ at: sample.t / 1000, latencyMs: sample.ms }];
      return sample.k === "open" ? [{ at: sample.t / 1000, latencyMs: undefined }] : [];
    }),
    marks: new Map(all("mark").map(({ at, c }) => [at, here(c)])),
    events: all("event").flatMap((event) => jobEvent(event, here(event.c)) ?? []),
    broken: all("broken")[0]?.why,
    libvirt: all("libvirt").at(-1),
    clocks,
    clockWentBack: sent.some(({ at }, index) => at < (sent[index - 1]?.at ?? at)),
    spoiltLines,
  };
}

function unwrapped(sent: readonly SampleOf<"sent">[]): Probe[] {
  let last = 0;
  return sent.map(({ t, n }) => {
    last = unwrap(last, n);
    return { at: t / 1000, n: last };
  });
}

/** Answers in the order in which they came; their numbers are counted on from the probes sent until then. */
function answersTo(samples: readonly Sample[]): Answer[] {
  const answers: Answer[] = [];
  let [last, boot] = [0, ""];
  for (const sample of samples) {
    if (sample.k === "sent") last = unwrap(last, sample.n);
    if (sample.k !== "got") continue;
    boot = sample.boot ?? boot;
    const { t, n, uptime, counter } = sample;
    answers.push({ at: t / 1000, n: unwrap(last, n), uptimeMs: uptime, counter, boot });
  }
  return answers;
}

function jobEvent(event: SampleOf<"event">, at: number): JobEvent | undefined {
  const figure = (name: string) => {
    const value = event[name];
    return typeof value === "number" ? value : undefined;
  };
  const elapsedMs = figure("elapsedMs");
  if (elapsedMs === undefined) return undefined;
  return {
    at,
    elapsedMs,
    iteration: figure("iteration"),
    remainingMiB: figure("remainingMiB"),
    bandwidthMiBps: figure("bandwidthMiBps"),
    dirtyMiBps: figure("dirtyMiBps"),
  };
}
