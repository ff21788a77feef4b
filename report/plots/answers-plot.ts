import { deliveriesOf } from "kvmlab-provider/measure/deliveries";
import { quantile } from "kvmlab-provider/measure/quantile";
import type { MoveRecord } from "kvmlab-provider/measure/record";
import type { Measurement } from "kvmlab-provider/sdk/measurement";
import type { PlotView } from "../page-view";
import type { Texts } from "../texts";
import { backdrop, sinceCommand } from "./backdrop";
import { binned, binWidthMs } from "./bins";
import { colours, draw, plotWidth } from "./draw";

const bars = 250;
const tableRows = 40;

/** Every probe and the time to its answer, with the phases and the gap behind them. */
export async function answersPlot(
  record: MoveRecord,
  measurement: Measurement,
  texts: Texts,
): Promise<PlotView | undefined> {
  const { first } = deliveriesOf(record.sent, record.answers);
  const [begin, end] = [record.sent[0]?.at, record.sent.at(-1)?.at];
  if (begin === undefined || end === undefined || first.length === 0) return undefined;
  const since = sinceCommand(record);
  const answeredAt = new Map(first.map(({ n, at }) => [n, at]));
  const probes = record.sent.map(({ n, at }) => {
    const answered = answeredAt.get(n);
    return { at, tookMs: answered === undefined ? undefined : answered - at };
  });
  const summary = (widthMs: number) =>
    binned(probes, ({ at }) => since(at) * 1000, widthMs).map(({ from, values }) => {
      const took = values.flatMap(({ tookMs }) => tookMs ?? []);
      return {
        from: from / 1000,
        at: (from + widthMs / 2) / 1000,
        sent: values.length,
        lost: values.length - took.length,
        least: took.length > 0 ? Math.min(...took) : undefined,
        most: took.length > 0 ? Math.max(...took) : undefined,
        middle: took.length > 0 ? quantile(took, 0.5) : undefined,
      };
    });
  const widthMs = binWidthMs(begin, end, bars);
  const bins = summary(widthMs);
  const { plots, columns } = texts;
  const x = { field: "at", type: "quantitative", title: plots.axisTime } as const;
  const svg = await draw({
    width: plotWidth,
    height: 240,
    layer: [
      ...backdrop(measurement, texts),
      {
        data: { values: bins.filter(({ least }) => least !== undefined) },
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
      {
        data: { values: bins.filter(({ lost }) => lost > 0).map(({ at }) => ({ at })) },
        mark: { type: "tick", color: colours.lost, thickness: 2, size: 10 },
        encoding: { x, y: { value: 240 } },
      },
    ],
  });
  const ms = (value: number | undefined) => value?.toFixed(1) ?? "–";
  return {
    svg,
    title: plots.answersTitle,
    note: plots.answersNote(String(widthMs), String(measurement.intervalMs)),
    table: {
      head: [columns.time, columns.sent, columns.lost, columns.shortest, columns.middle, columns.longest],
      rows: summary(binWidthMs(begin, end, tableRows)).map(({ from, sent, lost, least, middle, most }) => [
        from.toFixed(2),
        String(sent),
        String(lost),
        ms(least),
        ms(middle),
        ms(most),
      ]),
    },
  };
}
