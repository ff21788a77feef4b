import type { MoveRecord } from "kvmlab-provider/measure/record";
import { isMissing, type Measurement, phaseNames } from "kvmlab-provider/sdk/measurement";
import type { Texts } from "../texts";
import { colours } from "./draw";

const shades = [
  "#8e9aaf",
  "#c3c8d1",
  "#9c755f",
  "#4e79a7",
  "#59a14f",
  "#e15759",
  "#f28e2b",
  "#b6992d",
  "#79706e",
  "#c3c8d1",
];

/** What lies behind the plots over time: the phases, and the longest gap. */
export function backdrop({ phases, downtime }: Measurement, texts: Texts) {
  const spans = phases.flatMap((phase) =>
    "missing" in phase
      ? []
      : [{ from: phase.fromMs / 1000, to: phase.toMs / 1000, phase: texts.phases[phase.phase] }],
  );
  const gaps = isMissing(downtime) ? [] : [{ from: downtime.gapFromMs / 1000, to: downtime.gapToMs / 1000 }];
  const x = { field: "from", type: "quantitative", title: texts.plots.axisTime } as const;
  const x2 = { field: "to" } as const;
  const names = phaseNames.map((phase) => texts.phases[phase]);
  return [
    {
      data: { values: spans },
      mark: { type: "rect", opacity: 0.28 },
      encoding: {
        x,
        x2,
        color: {
          field: "phase",
          type: "nominal",
          title: texts.plots.phase,
          scale: { domain: names, range: shades },
          legend: { columns: 5 },
        },
      },
    },
    {
      data: { values: gaps },
      mark: { type: "rect", opacity: 0.55, color: colours.gap },
      encoding: { x, x2 },
    },
  ] as const;
}

/** Seconds since the command, of a time in a record. */
export function sinceCommand({ marks }: MoveRecord): (at: number) => number {
  const command = marks.get("command") ?? 0;
  return (at) => Math.round(at - command) / 1000;
}
