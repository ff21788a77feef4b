import type { MoveRecord, Request } from "kvmlab-provider/measure/record";
import type { Measurement } from "kvmlab-provider/sdk/measurement";
import type { PlotView } from "../page-view";
import type { Texts } from "../texts";
import { backdrop, sinceCommand } from "./backdrop";
import { binned, binWidthMs } from "./bins";
import { colours, draw, plotWidth } from "./draw";

/** A second holds a handful of answers: counted in less, their number says nothing. */
const leastBinMs = 1000;
const bins = 60;
const bars = 200;

/** The workload's throughput and latency, with the phases behind them: of the guest's service, or of its neighbour's. */
export async function servicePlot(
  record: MoveRecord,
  requests: readonly Request[],
  title: string,
  measurement: Measurement,
  texts: Texts,
): Promise<PlotView | undefined> {
  const answered = requests.flatMap(({ at, latencyMs }) =>
    latencyMs === undefined ? [] : [{ at, latencyMs }],
  );
  const [begin, end] = [answered[0]?.at, answered.at(-1)?.at];
  if (begin === undefined || end === undefined) return undefined;
  const since = sinceCommand(record);
  const widthMs = Math.max(leastBinMs, binWidthMs(begin, end, bins));
  const cameAt = ({ at, latencyMs }: (typeof answered)[number]) => since(at + latencyMs) * 1000;
  const counted = binned(answered, cameAt, widthMs);
  const whole = throughput(counted, widthMs, since(begin) * 1000, since(end) * 1000);
  const barMs = binWidthMs(begin, end, bars);
  const latencies = binned(answered, ({ at }) => since(at) * 1000, barMs).map(({ from, values }) => ({
    at: (from + barMs / 2) / 1000,
    least: Math.min(...values.map(({ latencyMs }) => latencyMs)),
    most: Math.max(...values.map(({ latencyMs }) => latencyMs)),
  }));
  const { plots, columns } = texts;
  const x = { field: "at", type: "quantitative", title: plots.axisTime } as const;
  const svg = await draw({
    vconcat: [
      {
        width: plotWidth,
        height: 110,
        layer: [
          ...backdrop(measurement, texts),
          {
            data: { values: whole },
            mark: { type: "line", interpolate: "step-after", color: colours.requests },
            encoding: {
              x,
              y: { field: "perSecond", type: "quantitative", title: plots.axisThroughput },
            },
          },
        ],
      },
      {
        width: plotWidth,
        height: 170,
        layer: [
          ...backdrop(measurement, texts),
          {
            data: { values: latencies },
            mark: { type: "rule", color: colours.answers, strokeWidth: 2, strokeCap: "round" },
            encoding: {
              x,
              y: {
                field: "least",
                type: "quantitative",
                title: plots.axisLatency,
                scale: { type: "symlog", domainMin: 0 },
              },
              y2: { field: "most" },
            },
          },
        ],
      },
    ],
  });
  return {
    svg,
    title,
    note: plots.serviceNote(String(record.about.rate), String(widthMs), String(barMs)),
    table: {
      head: [columns.time, columns.answers, columns.shortest, columns.longest],
      rows: counted.map(({ from, values }) => {
        const latencies = values.map(({ latencyMs }) => latencyMs);
        return [
          (from / 1000).toFixed(1),
          ((values.length * 1000) / widthMs).toFixed(1),
          Math.min(...latencies).toFixed(1),
          Math.max(...latencies).toFixed(1),
        ];
      }),
    },
  };
}

/** Stretches in which nothing came are drawn as nothing, not left out. Those that were not watched as a whole would look like a dip. */
function throughput(
  counted: readonly { from: number; values: readonly unknown[] }[],
  widthMs: number,
  beginMs: number,
  endMs: number,
) {
  const byStart = new Map(counted.map(({ from, values }) => [Math.round(from), values.length]));
  const points: { at: number; perSecond: number }[] = [];
  const first = Math.ceil(beginMs / widthMs) * widthMs;
  for (let from = first; from + widthMs <= endMs; from += widthMs)
    points.push({ at: from / 1000, perSecond: ((byStart.get(Math.round(from)) ?? 0) * 1000) / widthMs });
  return points;
}
