/** A move whose true figures are known, as the lines that an observer and the mover would have written of it. */
export interface SyntheticMove {
  readonly intervalMs: number;
  /** The guest is deaf from here to there, in ms since the command. `to: Infinity`: it never comes back. */
  readonly outage: { readonly from: number; readonly to: number };
  readonly beforeMs: number;
  readonly moveMs: number;
  readonly afterMs: number;
  /** Between a probe's leaving and its answer's coming; half of it to the guest. */
  readonly roundTripMs: (number: number) => number;
  readonly lost: (number: number) => boolean;
  readonly twice: (number: number) => boolean;
  /** By how much the guest's clock is set when it comes back. */
  readonly clockStepMs: number;
  readonly firstNumber: number;
  /** The observer's clock less the mover's, in ms. */
  readonly offsetMs: number;
  /** When the observer sends nothing, in ms since the command. */
  readonly paused: { readonly from: number; readonly to: number };
  readonly libvirtDowntimeMs: number;
  /** Requests a second over TCP; 0: none. */
  readonly rate: number;
  /** How long a request takes while the memory is copied. */
  readonly busyRequestMs: number;
  /** 0: no ICMP echoes. The guest's network is back at `networkBackMs`, before its service is. */
  readonly pingIntervalMs: number;
  readonly networkBackMs: number;
  /** Whether a service on the target was asked too, which takes half as long again while the guest comes. */
  readonly neighbour: boolean;
  /** What the guest writes: all that it is asked for before, half of it while its memory is copied, nothing in the outage. */
  readonly memoryWritesMiBps: number;
  readonly diskWritesKiBps: number;
  readonly blind: string | undefined;
}

export const plain: SyntheticMove = {
  intervalMs: 10,
  outage: { from: 6000, to: 6250 },
  beforeMs: 5000,
  moveMs: 7000,
  afterMs: 5000,
  roundTripMs: () => 1,
  lost: () => false,
  twice: () => false,
  clockStepMs: 0,
  firstNumber: 0,
  offsetMs: 1_000_000,
  paused: { from: 0, to: 0 },
  libvirtDowntimeMs: 180,
  rate: 20,
  busyRequestMs: 4,
  pingIntervalMs: 0,
  networkBackMs: 6100,
  neighbour: false,
  memoryWritesMiBps: 0,
  diskWritesKiBps: 0,
  blind: undefined,
};

const modulus = 2 ** 32;
const proofsMs = 800;
/** The command's start on the mover's clock. */
const commandAt = 50_000;

export function syntheticMove(changed: Partial<SyntheticMove> = {}): string {
  const move = { ...plain, ...changed };
  const { beforeMs, moveMs, afterMs, outage, rate, blind } = move;
  const mark = (at: string, ms: number) => ({ k: "mark", c: commandAt + ms, at });
  const end = moveMs + proofsMs + afterMs;
  const about = { k: "about", c: commandAt - beforeMs - 900, guest: "guest", from: "source", to: "target" };
  const { neighbour, memoryWritesMiBps, diskWritesKiBps, pingIntervalMs: pingInterval } = move;
  const asked = { interval: move.intervalMs, pingInterval, neighbour, memoryWritesMiBps, diskWritesKiBps };
  const own = [
    { ...about, ...asked, observer: "nfs", rate, blind },
    mark("begin", -beforeMs - 700),
    mark("preflighted", -beforeMs),
    mark("command", 0),
    ...[2000, 4000, 6000].map((ms, index) => ({
      k: "event",
      c: commandAt + ms,
      phase: "pre-copy",
      elapsedMs: ms - 1000,
      iteration: index + 1,
      remainingMiB: 60 / (index + 1),
      bandwidthMiBps: 32,
      dirtyMiBps: index === 0 ? undefined : 2,
    })),
    mark("virsh-ended", moveMs),
    ...(outage.to === Number.POSITIVE_INFINITY ? [] : [mark("answered", moveMs + 50)]),
    {
      ...{ k: "event", c: commandAt + moveMs + proofsMs, phase: "completed" },
      ...{ elapsedMs: 6100, iteration: 4, remainingMiB: 0, bandwidthMiBps: 31, dirtyMiBps: 2 },
    },
    mark("proved", moveMs + proofsMs),
    { k: "libvirt", c: commandAt, downtimeMs: move.libvirtDowntimeMs, jobTimeMs: 6100, dataMovedMiB: 71 },
    mark("end", end),
  ];
  const seen = blind === undefined ? observed(move, -beforeMs, end) : [];
  return [...own, ...seen].map((line) => `${JSON.stringify(line)}\n`).join("");
}

function observed(move: SyntheticMove, from: number, to: number): object[] {
  const { offsetMs, outage, intervalMs, paused } = move;
  const t = (ms: number) => Math.round((commandAt + offsetMs + ms) * 1000);
  const link = (ms: number, way: number) => ({
    k: "link",
    c: commandAt + ms - way,
    back: commandAt + ms + way,
    t: t(ms),
  });
  const lines: { readonly at: number; readonly line: object }[] = [];
  const add = (ms: number, line: object) => lines.push({ at: t(ms), line: { t: t(ms), ...line } });
  const deaf = (ms: number) => ms >= outage.from && ms < outage.to;
  let number = 0;
  for (let ms = from; ms < to; ms += intervalMs) {
    if (ms >= paused.from && ms < paused.to) continue;
    const n = (move.firstNumber + number) % modulus;
    const trip = move.roundTripMs(number);
    add(ms, { k: "sent", n });
    const there = ms + trip / 2;
    const step = there >= outage.to ? move.clockStepMs : 0;
    const uptime = Math.round(90_000 + there + step);
    const written = writingTime(move, there) / 1000;
    const loads = {
      pages: Math.floor(written * move.memoryWritesMiBps * 256),
      kib: Math.floor(written * move.diskWritesKiBps),
    };
    const got = { k: "got", n, uptime, counter: Math.floor(uptime / 100), boot: "a-boot", ...loads };
    if (!deaf(there) && !move.lost(number)) {
      add(ms + trip, got);
      if (move.twice(number)) add(ms + trip + 0.2, got);
    }
    number++;
  }
  for (let ms = from, ping = 0; move.pingIntervalMs > 0 && ms < to; ms += move.pingIntervalMs, ping++) {
    add(ms, { k: "ping", n: ping });
    if (ms < outage.from || ms >= move.networkBackMs) add(ms + 1, { k: "echo", n: ping });
  }
  requests(move, from, to, add);
  if (move.neighbour) neighbourRequests(move, from, to, add);
  lines.sort((one, other) => one.at - other.at);
  return [link(from, 3), link(0, 1), link(to, 2), ...lines.map(({ line }) => line)];
}

/** One after the other; one that meets the outage waits until it is over, and a little longer. */
function requests(
  { rate, outage, busyRequestMs, moveMs }: SyntheticMove,
  from: number,
  to: number,
  add: (ms: number, line: object) => void,
): void {
  for (let ms = from; rate > 0 && ms < to; ) {
    const quick = ms >= 0 && ms < moveMs ? busyRequestMs : 2;
    const meets = ms + quick >= outage.from && ms < outage.to;
    const took = meets ? outage.to - ms + 200 : quick;
    if (took === Number.POSITIVE_INFINITY) {
      add(ms, { k: "open" });
      break;
    }
    add(ms, { k: "req", ms: took });
    ms += Math.max(took, 1000 / rate);
  }
}

function neighbourRequests(
  { moveMs, rate }: SyntheticMove,
  from: number,
  to: number,
  add: (ms: number, line: object) => void,
): void {
  for (let ms = from; ms < to; ms += 1000 / rate)
    add(ms, { k: "req", ms: ms >= 0 && ms < moveMs ? 3 : 2, of: "neighbour" });
}

/** For how long it has written at full rate, in ms. */
function writingTime({ beforeMs, outage, moveMs }: SyntheticMove, now: number): number {
  const overlap = (from: number, to: number) => Math.max(0, Math.min(now, to) - from);
  const stopped = Math.min(outage.to, moveMs);
  return (
    overlap(-beforeMs, 0) +
    (overlap(0, outage.from) + overlap(stopped, moveMs)) / 2 +
    overlap(moveMs, Number.POSITIVE_INFINITY)
  );
}
