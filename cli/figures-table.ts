import { type Figure, isMissing, type Measurement } from "kvmlab-provider/sdk/measurement";
import { textTable } from "./table";

/** The course's three figures of the last moves, for a terminal: the newest first. */
export function figuresTable(moves: readonly Measurement[]): string {
  const row = (name: string, tell: (measurement: Measurement) => string) => [name, ...moves.map(tell)];
  const ratio = (of: "duringToBefore" | "afterToBefore") =>
    row(`service ${of === "duringToBefore" ? "during" : "after"} / before`, ({ service }) =>
      figureText(service, (known) =>
        figureText(
          known[of],
          ({ perSecond, p50 }) => `${perSecond.toFixed(2)} answers/s, ${p50.toFixed(2)} latency`,
        ),
      ),
    );
  return textTable(
    ["figure", "this move", ...(moves.length > 1 ? ["the one before"] : [])],
    [
      row("total time", ({ total }) =>
        figureText(total, ({ ms, uncertaintyMs }) =>
          uncertaintyMs === undefined
            ? `at most ${seconds(ms)} s (seen by the proofs' connection)`
            : `${seconds(ms)} ± ${seconds(uncertaintyMs)} s`,
        ),
      ),
      row("  as expected before", ({ forecast }) =>
        figureText(forecast, ({ totalMs, ending }) =>
          ending === "abort" ? "it would not end" : `${seconds(totalMs)} s`,
        ),
      ),
      row("downtime, seen", ({ downtime }) =>
        figureText(downtime, ({ ms, uncertaintyMs, distinct }) =>
          distinct
            ? `${ms.toFixed(0)} ± ${uncertaintyMs.toFixed(0)} ms`
            : `at most ${ms.toFixed(0)} ms (such gaps were there before the move too)`,
        ),
      ),
      row("  of it unreachable", ({ downtime }) =>
        figureText(downtime, ({ unreachable, uncertaintyMs }) =>
          figureText(unreachable, ({ ms }) => `${ms.toFixed(0)} ± ${(2 * uncertaintyMs).toFixed(0)} ms`),
        ),
      ),
      row("downtime, libvirt's", ({ libvirt }) => figureText(libvirt.downtimeMs, ({ ms }) => `${ms} ms`)),
      row("probes lost / sent", ({ downtime }) =>
        figureText(downtime, ({ lost, sent }) => `${lost} / ${sent}`),
      ),
      ratio("duringToBefore"),
      ratio("afterToBefore"),
      row("guest's clock", ({ guestClock }) =>
        figureText(
          guestClock,
          ({ stepMs, uncertaintyMs }) =>
            `${stepMs >= 0 ? "+" : ""}${stepMs.toFixed(0)} ± ${uncertaintyMs.toFixed(0)} ms`,
        ),
      ),
    ],
    { widths: [25, 44, ...(moves.length > 1 ? [44] : [])] },
  );
}

function figureText<T>(figure: Figure<T>, words: (figure: T) => string): string {
  return isMissing(figure) ? `missing: ${figure.missing}` : words(figure);
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(2);
}
