import { isMissing } from "kvmlab-provider/sdk/measurement";
import type { PlotView } from "../page-view";
import type { NamedMove } from "../shown-move";
import type { Texts } from "../texts";
import { colours, draw, plotWidth } from "./draw";

/** Several moves by their downtime and total time. */
export async function movesPlot(moves: readonly NamedMove[], texts: Texts): Promise<PlotView | undefined> {
  const { plots, columns } = texts;
  const dots = moves.flatMap(({ move }, index) => {
    const { downtime, total } = move.measurement;
    if (isMissing(downtime) || isMissing(total)) return [];
    const { ms, uncertaintyMs } = downtime;
    return [
      {
        move: String(index + 1),
        total: total.ms / 1000,
        downtime: ms,
        low: Math.max(0, ms - uncertaintyMs),
        high: ms + uncertaintyMs,
      },
    ];
  });
  if (dots.length === 0) return undefined;
  const x = {
    field: "total",
    type: "quantitative",
    title: columns.total,
    scale: { zero: false },
  } as const;
  const y = (field: string) => ({ field, type: "quantitative", title: columns.downtime }) as const;
  const svg = await draw({
    width: plotWidth,
    height: 240,
    data: { values: dots },
    layer: [
      {
        mark: { type: "rule", color: colours.answers, opacity: 0.6 },
        encoding: { x, y: y("low"), y2: { field: "high" } },
      },
      {
        mark: { type: "point", filled: true, size: 80, color: colours.answers },
        encoding: { x, y: y("downtime") },
      },
      {
        mark: { type: "text", dx: 12, align: "left", color: "currentColor" },
        encoding: { x, y: y("downtime"), text: { field: "move" } },
      },
    ],
  });
  const number = (figure: { readonly ms: number } | { readonly missing: string }, unit: number) =>
    "missing" in figure ? texts.missing(figure.missing) : (figure.ms / unit).toFixed(2);
  return {
    svg,
    title: plots.downtimesTitle,
    note: plots.downtimesNote,
    table: {
      head: [columns.move, columns.total, columns.downtime],
      rows: moves.map(({ name, move: { measurement } }, index) => [
        `${index + 1}: ${name}`,
        number(measurement.total, 1000),
        number(measurement.downtime, 1),
      ]),
    },
  };
}
