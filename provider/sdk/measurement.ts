import type { Forecast } from "./forecast";

/** A figure that could not be measured, and why. */
export interface Missing {
  readonly missing: string;
}

export type Figure<T> = T | Missing;

/** How long the guest served from neither host, as a third machine saw it. */
export interface Downtime {
  /** The longest gap between two answers that touches the move, less the usual interval. */
  readonly ms: number;
  /** The true downtime lies this much around `ms`: the interval, its jitter, and the observer's own pauses in the gap. */
  readonly uncertaintyMs: number;
  /**
   * How long what was sent to the guest reached nobody, less the usual interval: never answered, while the rest of the gap was answered
   * late. The guest stood still on the source, and did not take its datagrams on the target yet: libvirt's downtime is of the same
   * time. 0 where nothing was lost. Its two ends are known as exactly as `uncertaintyMs` each. Missing where the guest was behind with its
   * answers before it stopped: what waited in its queue was lost too.
   */
  readonly unreachable: Figure<{ readonly ms: number }>;
  readonly gapMs: number;
  /** Where the gap lies, counted from the start of the command. */
  readonly gapFromMs: number;
  readonly gapToMs: number;
  /** The median time between two answers before the move. */
  readonly usualIntervalMs: number;
  /** By how much the 99th percentile of those times is above their median. */
  readonly jitterMs: number;
  /** The longest such time before the move: a downtime below it cannot be told from it. */
  readonly longestBeforeMs: number;
  /** Whether the gap was longer than any before the move. If not, `ms` is an upper limit. */
  readonly distinct: boolean;
  /** The longest time in the gap in which the observer itself sent nothing, beyond the interval. */
  readonly observerPauseMs: number;
  /** Counts over the whole observation. */
  readonly sent: number;
  readonly lost: number;
  readonly duplicates: number;
  readonly reordered: number;
  /** Sent too shortly before the end for an answer to be sure. */
  readonly pending: number;
}

/** From the start of the command on the source until the guest answered from the target. */
export interface TotalTime {
  readonly ms: number;
  /** Left out where only the connection saw it, which may have waited for a segment to be sent again: then it was at most `ms`. */
  readonly uncertaintyMs?: number | undefined;
  /** Who saw the answer: the observer's probe, or only the connection that the proofs are asked by. */
  readonly seenBy: "probe" | "connection";
}

export const phaseNames = [
  "preflight",
  "baseline",
  "connect",
  "first-copy",
  "iterations",
  "switch-over",
  "first-answer",
  "ending",
  "proofs",
  "after",
] as const;
export type PhaseName = (typeof phaseNames)[number];

/** A part of the move; times are counted from the start of the command, in ms. */
export interface PhaseSpan {
  readonly phase: PhaseName;
  readonly fromMs: number;
  readonly toMs: number;
}
export type Phase = PhaseSpan | ({ readonly phase: PhaseName } & Missing);

/** What the guest's service did for its user in one stretch of time: requests over one TCP connection, one after the other. */
export interface ServiceWindow {
  readonly seconds: number;
  /** Requests begun in it that were answered, whenever. */
  readonly answered: number;
  /** Requests begun in it that never were. */
  readonly unanswered: number;
  /** Answers that came in it, a second. */
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** A window's figures divided by those before the move. */
export interface ServiceRatio {
  readonly perSecond: number;
  readonly p50: number;
  readonly p95: number;
}

export interface Service {
  /** Requests a second at most: more were never asked for. */
  readonly mostPerSecond: number;
  readonly before: Figure<ServiceWindow>;
  readonly during: Figure<ServiceWindow>;
  readonly after: Figure<ServiceWindow>;
  readonly duringToBefore: Figure<ServiceRatio>;
  readonly afterToBefore: Figure<ServiceRatio>;
}

/** What the guest's own writing got done in one stretch of time, by its own count. */
export interface WritingWindow {
  readonly seconds: number;
  readonly perSecond: number;
}

/** A load inside the guest, which goes on during the whole move. Memory in MiB/s (a word in each page counts for the page), disk in KiB/s, synced. */
export interface Writing {
  readonly askedPerSecond: number;
  readonly before: Figure<WritingWindow>;
  readonly during: Figure<WritingWindow>;
  readonly after: Figure<WritingWindow>;
  readonly duringToBefore: Figure<{ readonly perSecond: number }>;
  readonly afterToBefore: Figure<{ readonly perSecond: number }>;
}

/** The guest's own clock and counter against the observer's clock. */
export interface GuestClock {
  /** By how much the guest's clock is ahead (+) or behind (-) after the move, against where it was before. */
  readonly stepMs: number;
  readonly uncertaintyMs: number;
  /** How often an answer's clock was behind the answer before it. */
  readonly backwards: number;
  /** By how much the guest's counter (+1 every 100 ms) lost against the guest's own clock. */
  readonly counterBehindMs: number;
}

/** libvirt's own figures of its job. */
export interface LibvirtFigures {
  readonly downtimeMs: Figure<{ readonly ms: number }>;
  readonly jobTimeMs: Figure<{ readonly ms: number }>;
  readonly dataMovedMiB: Figure<{ readonly mebibytes: number }>;
}

/** The three figures of one move, observed from outside the two hosts. docs/concepts/measuring.md explains each. */
export interface Measurement {
  readonly observer: string;
  readonly intervalMs: number;
  /** As the guest's service shows it, over UDP. */
  readonly downtime: Figure<Downtime>;
  /** As the guest's kernel shows it, by ICMP echoes. */
  readonly icmpDowntime: Figure<Downtime>;
  readonly total: Figure<TotalTime>;
  readonly phases: readonly Phase[];
  readonly service: Figure<Service>;
  /** The same workload against a small service on the host that the guest moved to. */
  readonly neighbour: Figure<Service>;
  readonly memoryWrites: Figure<Writing>;
  readonly diskWrites: Figure<Writing>;
  readonly guestClock: Figure<GuestClock>;
  readonly libvirt: LibvirtFigures;
  /** What was expected of the move before it began. */
  readonly forecast: Figure<Forecast>;
  /** How far this machine's clock could be told from the observer's: phases and answers are compared by it. */
  readonly clocks: Figure<{ readonly uncertaintyMs: number }>;
  /** Where the samples are, on the machine that runs Pulumi. */
  readonly samples: Figure<{ readonly file: string; readonly spoiltLines: number }>;
}

export function isMissing(figure: unknown): figure is Missing {
  return typeof figure === "object" && figure !== null && "missing" in figure;
}
