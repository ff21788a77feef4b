import {
  type Downtime,
  type Figure,
  isMissing,
  type Measurement,
  type ServiceRatio,
  type ServiceWindow,
} from "kvmlab-provider/sdk/measurement";

/** A figure as one number, in the unit of its kind. */
export interface Value {
  readonly value: number;
  readonly uncertainty?: number;
  /** Set where the number is only known not to be exceeded. */
  readonly upperLimit?: boolean;
}

export type Unit = "s" | "ms" | "MiB" | "MiB/s" | "KiB/s" | "/s" | "×" | "";

/** One figure of a move, as a number: for tables of several moves, for Prometheus, for CSV. */
export interface FigureKind {
  readonly key: string;
  readonly unit: Unit;
  readonly of: (measurement: Measurement) => Figure<Value>;
}

function figure<T>(of: Figure<T>, value: (known: T) => Figure<Value> | number): Figure<Value> {
  if (isMissing(of)) return of;
  const told = value(of);
  return typeof told === "number" ? { value: told } : told;
}

type When = "before" | "during" | "after";

/** What was done before, during and after the move, with its ratios to before. */
type Compared<W, R> = Readonly<
  Record<When, Figure<W>> & Record<"duringToBefore" | "afterToBefore", Figure<R>>
>;
type Of<T> = (measurement: Measurement) => Figure<T>;

/** One number of each of the three windows. */
const inWindows = <W, R>(key: string, unit: Unit, of: Of<Compared<W, R>>, value: (window: W) => number) =>
  (["before", "during", "after"] as const).map(
    (when): FigureKind => ({
      key: `${key}_${when}`,
      unit,
      of: (measurement) => figure(of(measurement), (known) => figure(known[when], value)),
    }),
  );

const ratios = <W, R>(key: string, of: Of<Compared<W, R>>, value: (ratio: R) => number) =>
  (["during", "after"] as const).map(
    (when): FigureKind => ({
      key: `${key}_ratio_${when}`,
      unit: "×",
      of: (measurement) => figure(of(measurement), (known) => figure(known[`${when}ToBefore`], value)),
    }),
  );

const seen = (key: string, of: Of<Downtime>): FigureKind => ({
  key,
  unit: "ms",
  of: (measurement) =>
    figure(of(measurement), ({ ms, uncertaintyMs, distinct }) => ({
      value: ms,
      uncertainty: uncertaintyMs,
      ...(distinct ? {} : { upperLimit: true }),
    })),
});

const count = (key: string, of: Of<Downtime>, value: (downtime: Downtime) => number): FigureKind => ({
  key,
  unit: "",
  of: (measurement) => figure(of(measurement), value),
});

const ofService = ({ service }: Measurement) => service;
const ofNeighbour = ({ neighbour }: Measurement) => neighbour;
const ofMemory = ({ memoryWrites }: Measurement) => memoryWrites;
const ofDisk = ({ diskWrites }: Measurement) => diskWrites;
const ofProbes = ({ downtime }: Measurement) => downtime;
const ofEchoes = ({ icmpDowntime }: Measurement) => icmpDowntime;

const perSecond = (known: { readonly perSecond: number }) => known.perSecond;
const p50 = (ratio: ServiceRatio) => ratio.p50;
const p95 = (ratio: ServiceRatio) => ratio.p95;
const p50Ms = (window: ServiceWindow) => window.p50Ms;
const p95Ms = (window: ServiceWindow) => window.p95Ms;

/** All of them, the course's three first. */
export const figureList: readonly FigureKind[] = [
  {
    key: "total_time",
    unit: "s",
    of: ({ total }) =>
      figure(total, ({ ms, uncertaintyMs }) =>
        uncertaintyMs === undefined
          ? { value: ms / 1000 }
          : { value: ms / 1000, uncertainty: uncertaintyMs / 1000 },
      ),
  },
  seen("downtime", ofProbes),
  ...ratios("throughput", ofService, perSecond),
  ...ratios("latency_p50", ofService, p50),
  ...ratios("latency_p95", ofService, p95),
  ...ratios("memory_writes", ofMemory, perSecond),
  ...ratios("disk_writes", ofDisk, perSecond),
  ...ratios("neighbour_throughput", ofNeighbour, perSecond),
  ...ratios("neighbour_latency_p50", ofNeighbour, p50),
  ...ratios("neighbour_latency_p95", ofNeighbour, p95),
  {
    key: "unreachable",
    unit: "ms",
    of: ({ downtime }) =>
      figure(downtime, ({ unreachable, uncertaintyMs }) =>
        figure(unreachable, ({ ms }) => ({ value: ms, uncertainty: 2 * uncertaintyMs })),
      ),
  },
  seen("downtime_icmp", ofEchoes),
  { key: "downtime_libvirt", unit: "ms", of: ({ libvirt }) => figure(libvirt.downtimeMs, ({ ms }) => ms) },
  {
    key: "job_time_libvirt",
    unit: "s",
    of: ({ libvirt }) => figure(libvirt.jobTimeMs, ({ ms }) => ms / 1000),
  },
  {
    key: "data_moved_libvirt",
    unit: "MiB",
    of: ({ libvirt }) => figure(libvirt.dataMovedMiB, ({ mebibytes }) => mebibytes),
  },
  {
    key: "forecast_total_time",
    unit: "s",
    of: ({ forecast }) => figure(forecast, ({ totalMs }) => totalMs / 1000),
  },
  {
    key: "forecast_downtime",
    unit: "ms",
    of: ({ forecast }) => figure(forecast, ({ downtimeMs }) => downtimeMs),
  },
  ...inWindows("throughput", "/s", ofService, perSecond),
  ...inWindows("latency_p50", "ms", ofService, p50Ms),
  ...inWindows("latency_p95", "ms", ofService, p95Ms),
  ...inWindows("latency_p99", "ms", ofService, ({ p99Ms }) => p99Ms),
  ...inWindows("latency_max", "ms", ofService, ({ maxMs }) => maxMs),
  ...inWindows("memory_writes", "MiB/s", ofMemory, perSecond),
  ...inWindows("disk_writes", "KiB/s", ofDisk, perSecond),
  ...inWindows("neighbour_throughput", "/s", ofNeighbour, perSecond),
  ...inWindows("neighbour_latency_p50", "ms", ofNeighbour, p50Ms),
  ...inWindows("neighbour_latency_p95", "ms", ofNeighbour, p95Ms),
  count("probes_sent", ofProbes, ({ sent }) => sent),
  count("probes_lost", ofProbes, ({ lost }) => lost),
  count("probes_duplicated", ofProbes, ({ duplicates }) => duplicates),
  count("probes_reordered", ofProbes, ({ reordered }) => reordered),
  count("echoes_sent", ofEchoes, ({ sent }) => sent),
  count("echoes_lost", ofEchoes, ({ lost }) => lost),
  {
    key: "guest_clock_step",
    unit: "ms",
    of: ({ guestClock }) =>
      figure(guestClock, ({ stepMs, uncertaintyMs }) => ({ value: stepMs, uncertainty: uncertaintyMs })),
  },
  {
    key: "guest_counter_behind",
    unit: "ms",
    of: ({ guestClock }) => figure(guestClock, ({ counterBehindMs }) => counterBehindMs),
  },
];
