import { type Figure, isMissing, type Measurement, type ServiceWindow } from "../provider/sdk/measurement";

/** A figure as one number, in the unit of its kind. */
export interface Value {
  readonly value: number;
  readonly uncertainty?: number;
  /** Set where the number is only known not to be exceeded. */
  readonly upperLimit?: boolean;
}

export type Unit = "s" | "ms" | "MiB" | "/s" | "×" | "";

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

const windowNames = ["before", "during", "after"] as const;
type WindowFigure = Exclude<keyof ServiceWindow, "seconds">;

const inWindow = (key: string, unit: Unit, name: WindowFigure) =>
  windowNames.map(
    (when): FigureKind => ({
      key: `${key}_${when}`,
      unit,
      of: ({ service }) => figure(service, (known) => figure(known[when], (window) => window[name])),
    }),
  );

const ratio = (key: string, name: "perSecond" | "p50" | "p95") =>
  (["during", "after"] as const).map(
    (when): FigureKind => ({
      key: `${key}_ratio_${when}`,
      unit: "×",
      of: ({ service }) =>
        figure(service, (known) => figure(known[`${when}ToBefore`], (ratios) => ratios[name])),
    }),
  );

const ofDowntime = (key: string, name: "lost" | "sent" | "duplicates" | "reordered"): FigureKind => ({
  key,
  unit: "",
  of: ({ downtime }) => figure(downtime, (known) => known[name]),
});

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
  {
    key: "downtime",
    unit: "ms",
    of: ({ downtime }) =>
      figure(downtime, ({ ms, uncertaintyMs, distinct }) => ({
        value: ms,
        uncertainty: uncertaintyMs,
        ...(distinct ? {} : { upperLimit: true }),
      })),
  },
  ...ratio("throughput", "perSecond"),
  ...ratio("latency_p50", "p50"),
  ...ratio("latency_p95", "p95"),
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
  ...inWindow("throughput", "/s", "perSecond"),
  ...inWindow("latency_p50", "ms", "p50Ms"),
  ...inWindow("latency_p95", "ms", "p95Ms"),
  ...inWindow("latency_p99", "ms", "p99Ms"),
  ...inWindow("latency_max", "ms", "maxMs"),
  ofDowntime("probes_sent", "sent"),
  ofDowntime("probes_lost", "lost"),
  ofDowntime("probes_duplicated", "duplicates"),
  ofDowntime("probes_reordered", "reordered"),
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
