import { z } from "zod";
import type { KeptMove } from "../kept-move";
import type { PlotView } from "../page-view";
import type { Texts } from "../texts";
import { draw, plotWidth } from "./draw";

const inspection = z.object({
  elapsedMs: z.number(),
  iteration: z.number().optional(),
  remainingMiB: z.number(),
  bandwidthMiBps: z.number().optional(),
  dirtyMiBps: z.number().optional(),
});

/** What was left to be copied, and the bandwidth against the dirty rate, at each look at libvirt's job. */
export async function copyPlot(events: KeptMove["events"], texts: Texts): Promise<PlotView | undefined> {
  const inspections = events.flatMap((event) => inspection.safeParse(event).data ?? []);
  if (inspections.length === 0) return undefined;
  const { plots, columns } = texts;
  const seconds = ({ elapsedMs }: (typeof inspections)[number]) => elapsedMs / 1000;
  const x = { field: "at", type: "quantitative", title: columns.elapsed } as const;
  const rates = inspections.flatMap((one) => [
    { at: seconds(one), value: one.bandwidthMiBps, rate: plots.bandwidth },
    { at: seconds(one), value: one.dirtyMiBps, rate: plots.dirty },
  ]);
  const svg = await draw({
    vconcat: [
      {
        width: plotWidth,
        height: 130,
        data: {
          values: inspections.map((one) => ({ at: seconds(one), remaining: one.remainingMiB })),
        },
        mark: { type: "line", point: true, color: "#59a14f" },
        encoding: { x, y: { field: "remaining", type: "quantitative", title: plots.axisRemaining } },
      },
      {
        width: plotWidth,
        height: 130,
        data: { values: rates.filter(({ value }) => value !== undefined) },
        mark: { type: "line", point: { size: 60 } },
        encoding: {
          x,
          y: { field: "value", type: "quantitative", title: plots.axisRate },
          color: {
            field: "rate",
            type: "nominal",
            title: plots.rate,
            scale: { domain: [plots.bandwidth, plots.dirty], range: ["#3b82c4", "#d9772b"] },
          },
          shape: { field: "rate", type: "nominal", title: plots.rate },
        },
      },
    ],
  });
  const number = (value: number | undefined, digits = 1) => value?.toFixed(digits) ?? "–";
  return {
    svg,
    title: plots.copyTitle,
    note: plots.copyNote,
    table: {
      head: [columns.elapsed, columns.iteration, columns.remaining, columns.bandwidth, columns.dirty],
      rows: inspections.map((one) => [
        number(seconds(one)),
        number(one.iteration, 0),
        number(one.remainingMiB),
        number(one.bandwidthMiBps),
        number(one.dirtyMiBps),
      ]),
    },
  };
}
