import type { Bandwidth, Forecast } from "../sdk/forecast";
import { type Figure, isMissing } from "../sdk/measurement";

/** A forecast as lines for people: what it says first, what it is computed from after that, and what to do where the move does not end. */
export function forecastLines(figure: Figure<Forecast>): string[] {
  if (isMissing(figure)) return [`no forecast: ${figure.missing}`];
  const { memoryMiB, storageMiB, bandwidth, dirtyRate, alternatives } = figure;
  const storage = storageMiB > 0 ? `, disks ${inMiB(storageMiB)}` : "";
  const writes = isMissing(dirtyRate)
    ? `how fast it writes is not known (${dirtyRate.missing}), so these are the least figures`
    : `the guest writes ${rate(dirtyRate.MiBps)} (${dirtyRate.mode})`;
  return [
    headline(figure),
    `computed from: memory ${inMiB(memoryMiB)}${storage}, bandwidth ${rate(bandwidth.MiBps)} (${sourceOf(bandwidth)}); ${writes}`,
    ...alternatives.map(({ way, jobMs, downtimeMs }) => {
      const option = way === "post-copy" ? 'mode: "postCopy"' : "autoConverge: {}";
      return `with ${option} it would end: about ${seconds(jobMs)}, downtime ${milliseconds(downtimeMs)}`;
    }),
  ];
}

function headline(told: Forecast): string {
  const { ending, converges, passes, dataMiB, totalMs, downtimeMs, maxDowntimeMs } = told;
  const about = `about ${seconds(totalMs)}, ${passes} ${passes === 1 ? "pass" : "passes"}, ${inMiB(dataMiB)}`;
  const downtime = `downtime ${milliseconds(downtimeMs)}`;
  const slow = converges ? "does not end in the time that it has" : "does not converge";
  switch (ending) {
    case "pre-copy":
      return `forecast: converges; ${about}, ${downtime} (maxDowntimeMs: ${Math.round(maxDowntimeMs)})`;
    case "paused":
      return `forecast: the guest stands still for all of it; ${about}`;
    case "post-copy":
      return `forecast: goes on by post-copy; ${about}, ${downtime}`;
    case "abort":
      return `forecast: ${slow}; the move would be given up after ${seconds(totalMs)}, the guest stays where it is`;
    default:
      return `forecast: ${slow}; ended by options.convergence (${ending}): ${about}, ${downtime}`;
  }
}

function sourceOf({ from, ageSeconds }: Bandwidth): string {
  const age = ageSeconds === undefined || ageSeconds < 60 ? "" : `, ${ago(ageSeconds)} ago`;
  switch (from) {
    case "last-move":
      return `of the last move between these hosts${age}`;
    case "ssh":
      return `measured over SSH${age}; without encryption it may be more`;
    case "limit":
      return "bandwidthMiBps";
  }
}

function ago(ageSeconds: number): string {
  const minutes = Math.round(ageSeconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function milliseconds(ms: number): string {
  return ms < 1 ? "of the switch alone" : `about ${Math.round(ms)} ms`;
}

function inMiB(MiB: number): string {
  return `${MiB.toFixed(MiB < 10 ? 1 : 0)} MiB`;
}

function rate(MiBps: number): string {
  return `${MiBps.toFixed(MiBps < 10 && !Number.isInteger(MiBps) ? 1 : 0)} MiB/s`;
}
