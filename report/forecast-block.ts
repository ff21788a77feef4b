import { isMissing } from "kvmlab-provider/sdk/measurement";
import type { KeptMove } from "./kept-move";
import type { BlockView } from "./page-view";
import { prose } from "./prose";
import type { Texts } from "./texts";

/** What was expected of a move next to what happened, or why nothing was. */
export function forecastBlock({ measurement, events }: KeptMove, texts: Texts): BlockView {
  const heading = texts.headings.forecast;
  const { forecast, total, libvirt } = measurement;
  if (isMissing(forecast)) return { heading, missing: texts.missing(forecast.missing) };
  const { columns, forecast: words } = texts;
  const { memoryMiB, bandwidth, dirtyRate, ending } = forecast;
  const dirty = isMissing(dirtyRate) ? texts.missing(dirtyRate.missing) : `${dirtyRate.MiBps} MiB/s`;
  const basis = words.from(
    memoryMiB.toFixed(0),
    bandwidth.MiBps.toFixed(1),
    words.sources[bandwidth.from],
    dirty,
  );
  const { jobTimeMs, downtimeMs, dataMovedMiB } = libvirt;
  const passes = Math.max(
    0,
    ...events.map(({ iteration }) => (typeof iteration === "number" ? iteration : 0)),
  );
  const rows = [
    row(words.total, forecast.totalMs / 1000, isMissing(total) ? undefined : total.ms / 1000, 1),
    row(words.job, forecast.jobMs / 1000, isMissing(jobTimeMs) ? undefined : jobTimeMs.ms / 1000, 1),
    row(words.downtime, forecast.downtimeMs, isMissing(downtimeMs) ? undefined : downtimeMs.ms, 0),
    row(words.data, forecast.dataMiB, isMissing(dataMovedMiB) ? undefined : dataMovedMiB.mebibytes, 0),
    row(words.passes, forecast.passes, passes === 0 ? undefined : passes, 0),
  ];
  return {
    heading,
    prose: prose(ending === "abort" ? `${basis} ${words.gaveUp}` : basis),
    table: { head: [columns.figure, columns.expected, columns.happened, columns.difference], rows },
  };
}

/** The difference is a part of what happened; of next to nothing there is no part. */
function row(name: string, expected: number, happened: number | undefined, digits: number): string[] {
  const percent = happened ? Math.round(((expected - happened) / happened) * 100) : undefined;
  return [
    name,
    expected.toFixed(digits),
    happened === undefined ? "–" : happened.toFixed(digits),
    percent === undefined ? "–" : `${percent > 0 ? "+" : ""}${percent} %`,
  ];
}
