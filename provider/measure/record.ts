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
  /** What it wrote by its loads since they began; 0 where it tells of none. */
  readonly pages: number;
  readonly kib: number;
}

export interface Request {
  readonly at: number;
  /** Undefined when it was never answered. */
  readonly latencyMs: number | undefined;
}

/** Of ICMP, it tells nothing but that it came. */
export type Echo = Pick<Answer, "at" | "n">;

/** One of libvirt's answers about its job. */
export interface JobEvent {
  readonly at: number;
  readonly elapsedMs: number;
  readonly iteration: number | undefined;
  readonly remainingMiB: number | undefined;
  readonly bandwidthMiBps: number | undefined;
  readonly dirtyMiBps: number | undefined;
}

/** When libvirt's job began, as its own time tells at each look; undefined where nobody looked. */
export function jobBegan(events: readonly JobEvent[]): number | undefined {
  return events.length === 0 ? undefined : Math.min(...events.map(({ at, elapsedMs }) => at - elapsedMs));
}

/** All that was seen of one move, on one clock. */
export interface MoveRecord {
  readonly about: Omit<SampleOf<"about">, "k" | "c">;
  readonly sent: readonly Probe[];
  readonly answers: readonly Answer[];
  readonly pings: readonly Probe[];
  readonly echoes: readonly Echo[];
  /** Why there are no pings, where there are none. */
  readonly pingless: string | undefined;
  readonly requests: readonly Request[];
  /** Of the neighbour: the small service on the host that the guest moved to. */
  readonly neighbourRequests: readonly Request[];
  readonly marks: ReadonlyMap<MarkName, number>;
  readonly events: readonly JobEvent[];
  /** Why the observer ended before it was told to, where it did. */
  readonly broken: string | undefined;
  /** The same of the neighbour, and why the guest was not told to write. */
  readonly neighbourBroken: string | undefined;
  readonly writesBroken: string | undefined;
  readonly libvirt: SampleOf<"libvirt"> | undefined;
  readonly forecast: SampleOf<"forecast">["told"];
  /** Undefined without an observer: then all times are of this machine's clock. */
  readonly clocks: ClockLink | undefined;
  /** Whether the observer's clock ever went back, which a monotonic one does not. */
  readonly clockWentBack: boolean;
  readonly spoiltLines: number;
}

const nobody = {
  ...{ guest: "", from: "", to: "", observer: "", interval: 0, rate: 0 },
  ...{ pingInterval: 0, neighbour: false, memoryWritesMiBps: 0, diskWritesKiBps: 0 },
};

/** The record that a text of samples tells. */
export function recordOf(text: string): MoveRecord {
  const { samples, spoiltLines } = parseSamples(text);
  const all = <K extends Sample["k"]>(...kinds: readonly K[]) =>
    samples.filter((sample): sample is SampleOf<K> => kinds.some((kind) => sample.k === kind));
  const clocks = linkClocks(all("link").map(({ c, back, t }) => ({ left: c, back, there: t / 1000 })));
  const here = (c: number) => c + (clocks?.offsetMs ?? 0);
  const probes = numbered(all("sent", "got"));
  const echoes = numbered(all("ping", "echo"));
  const only = (kind: Sample["k"], among: typeof probes | typeof echoes): Probe[] =>
    among.flatMap(({ sample, n, at }) => (sample.k === kind ? [{ at, n }] : []));
  const sent = only("sent", probes);
  const requestsOf = (whose: "neighbour" | undefined) =>
    samples.flatMap((sample): Request[] => {
      if ((sample.k !== "req" && sample.k !== "open") || sample.of !== whose) return [];
      return [{ at: sample.t / 1000, latencyMs: sample.k === "req" ? sample.ms : undefined }];
    });
  const brokenOf = (whose: SampleOf<"broken">["of"]) =>
    all("broken").find((broken) => broken.of === whose)?.why;
  return {
    about: all("about")[0] ?? nobody,
    sent,
    answers: answersOf(probes),
    pings: only("ping", echoes),
    echoes: only("echo", echoes),
    pingless: all("pingless")[0]?.why,
    requests: requestsOf(undefined),
    neighbourRequests: requestsOf("neighbour"),
    marks: new Map(all("mark").map(({ at, c }) => [at, here(c)])),
    events: all("event").flatMap((event) => jobEvent(event, here(event.c)) ?? []),
    broken: brokenOf(undefined),
    neighbourBroken: brokenOf("neighbour"),
    writesBroken: brokenOf("writes"),
    libvirt: all("libvirt").at(-1),
    forecast: all("forecast").at(-1)?.told ?? { missing: "none was made" },
    clocks,
    clockWentBack: sent.some(({ at }, index) => at < (sent[index - 1]?.at ?? at)),
    spoiltLines,
  };
}

/** Numbers counted on where they wrap around: what is sent from the one before, an answer from what was sent until then. */
function numbered<S extends SampleOf<"sent" | "got" | "ping" | "echo">>(samples: readonly S[]) {
  let last = 0;
  return samples.map((sample) => {
    const n = unwrap(last, sample.n);
    if (sample.k === "sent" || sample.k === "ping") last = n;
    return { sample, n, at: sample.t / 1000 };
  });
}

function answersOf(got: ReturnType<typeof numbered<SampleOf<"sent" | "got">>>): Answer[] {
  let boot = "";
  return got.flatMap(({ sample, n, at }) => {
    if (sample.k !== "got") return [];
    boot = sample.boot ?? boot;
    const { uptime, counter, pages = 0, kib = 0 } = sample;
    return { at, n, uptimeMs: uptime, counter, boot, pages, kib };
  });
}

/** A look at a job that goes on: when it was over is not told by when that was asked. */
function jobEvent(event: SampleOf<"event">, at: number): JobEvent | undefined {
  if (event.phase === "completed") return undefined;
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
