import { isMissing, type Measurement } from "kvmlab-provider/sdk/measurement";
import { figureList } from "./figure-list";
import { figureName } from "./figure-name";
import { figureText } from "./figure-text";
import type { KeptMove } from "./kept-move";
import type { LargeFigure } from "./page-view";
import type { Texts } from "./texts";

/** What comes first of a move: where the guest went, how long that took, how long the guest was silent, and what was proved of it. */
export function headline({ guest, from, to, measurement, proofs }: KeptMove, texts: Texts): string {
  const { moved, silent, notSilent, notWatched, end } = texts.headline;
  const { total, downtime } = measurement;
  const how = isMissing(downtime)
    ? notWatched
    : downtime.distinct
      ? silent(duration(downtime.ms))
      : notSilent(duration(downtime.ms));
  return `${moved(guest, from, to, isMissing(total) ? undefined : duration(total.ms))}${how}${end}${proved(proofs, texts)}`;
}

/** The course's three figures, those of them that were measured: why another one is missing stands among all figures. */
export function largeFigures(measurement: Measurement, texts: Texts): LargeFigure[] {
  const three = ["total_time", "downtime", "throughput_ratio_during"];
  return figureList
    .filter(({ key }) => three.includes(key))
    .flatMap((kind) => {
      const figure = kind.of(measurement);
      return isMissing(figure)
        ? []
        : [{ name: figureName(kind, texts), value: figureText(figure, kind.unit, texts) }];
    });
}

function proved(proofs: KeptMove["proofs"], { headline: words }: Texts): string {
  if (proofs.length === 0) return "";
  const named = (verdict: (typeof proofs)[number]["verdict"]) =>
    proofs.filter((proof) => proof.verdict === verdict).map(({ name }) => name);
  const [failed, unproved] = [named("failed"), named("unproved")];
  const hold = proofs.length - failed.length - unproved.length;
  return [
    hold === proofs.length ? words.allProved(proofs.length) : words.proved(hold, proofs.length),
    ...(failed.length === 0 ? [] : [words.failed(failed.join(words.separator))]),
    ...(unproved.length === 0 ? [] : [words.unproved(unproved.join(words.separator))]),
  ].join("");
}

function duration(ms: number): string {
  return ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
