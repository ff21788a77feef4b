import { isMissing } from "kvmlab-provider/sdk/measurement";
import { Gauge, Registry } from "prom-client";
import { type FigureKind, figureList, type Unit } from "./figure-list";
import type { KeptMove } from "./kept-move";

/** Prometheus has base units: seconds and bytes. */
const bases: Readonly<Record<Unit, { readonly suffix: string; readonly factor: number }>> = {
  s: { suffix: "_seconds", factor: 1 },
  ms: { suffix: "_seconds", factor: 1 / 1000 },
  MiB: { suffix: "_bytes", factor: 1_048_576 },
  "MiB/s": { suffix: "_bytes_per_second", factor: 1_048_576 },
  "KiB/s": { suffix: "_bytes_per_second", factor: 1024 },
  "/s": { suffix: "_per_second", factor: 1 },
  "×": { suffix: "", factor: 1 },
  "": { suffix: "", factor: 1 },
};
const labelNames = ["lab", "guest", "from", "to"] as const;

/**
 * The figures of the newest move of each guest between each two hosts, as Prometheus reads them. What could not be measured
 * has no value, and is named by `kvmlab_migration_figure_missing`.
 */
export function metricsText(moves: readonly KeptMove[]): Promise<string> {
  const registry = new Registry();
  const gauge = (name: string, help: string, more: readonly string[] = []) =>
    new Gauge({
      name: `kvmlab_migration_${name}`,
      help,
      labelNames: [...labelNames, ...more],
      registers: [registry],
    });
  const newest = newestOfEach(moves);
  const missing = gauge("figure_missing", "1 for each figure that could not be measured", [
    "figure",
    "reason",
  ]);
  for (const kind of figureList) {
    const value = gauge(metricName(kind), `Figure ${kind.key} of the newest measured move`);
    for (const move of newest) {
      const figure = kind.of(move.measurement);
      if (isMissing(figure)) missing.set({ ...labelsOf(move), figure: kind.key, reason: figure.missing }, 1);
      else value.set(labelsOf(move), figure.value * bases[kind.unit].factor);
    }
  }
  const uncertainty = gauge("downtime_uncertainty_seconds", "The downtime is known this exactly");
  const phases = gauge("phase_seconds", "How long each phase of the newest measured move lasted", ["phase"]);
  const proofs = gauge("proofs", "Proofs of the newest measured move, by their verdict", ["verdict"]);
  const time = gauge("time_seconds", "When the newest measured move ended, in seconds since 1970");
  const count = gauge("measured", "How many measured moves are kept");
  for (const move of newest) {
    const labels = labelsOf(move);
    const { downtime } = move.measurement;
    if (!isMissing(downtime)) uncertainty.set(labels, downtime.uncertaintyMs / 1000);
    for (const phase of move.measurement.phases)
      if (!isMissing(phase))
        phases.set({ ...labels, phase: phase.phase }, (phase.toMs - phase.fromMs) / 1000);
    for (const verdict of ["proved", "failed", "unproved"] as const)
      proofs.set({ ...labels, verdict }, move.proofs.filter((proof) => proof.verdict === verdict).length);
    time.set(labels, Date.parse(move.migratedAt) / 1000);
    count.set(labels, moves.filter((other) => wayOf(other) === wayOf(move)).length);
  }
  return registry.metrics();
}

function metricName({ key, unit }: FigureKind): string {
  return `${key}${bases[unit].suffix}`;
}

function labelsOf({ lab, guest, from, to }: KeptMove) {
  return { lab, guest, from, to };
}

function wayOf(move: KeptMove): string {
  return JSON.stringify(labelsOf(move));
}

function newestOfEach(moves: readonly KeptMove[]): KeptMove[] {
  const byTime = [...moves].sort((one, other) => one.migratedAt.localeCompare(other.migratedAt));
  return [...new Map(byTime.map((move) => [wayOf(move), move])).values()];
}
