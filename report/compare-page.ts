import { quantile } from "kvmlab-provider/measure/quantile";
import { isMissing } from "kvmlab-provider/sdk/measurement";
import { type FigureKind, figureList } from "./figure-list";
import { figureName } from "./figure-name";
import { figureText } from "./figure-text";
import { measuredNotes } from "./measured-notes";
import type { TableView } from "./page-view";
import { movesPlot } from "./plots/moves-plot";
import { renderPage } from "./render-page";
import type { NamedMove } from "./shown-move";
import { type Language, languages, type Texts } from "./texts";

/** Several moves side by side, figure by figure, with the median and the spread over those that have it. */
export async function comparePage(moves: readonly NamedMove[], language: Language): Promise<string> {
  const texts = languages[language];
  const { headings, plots } = texts;
  const title = texts.compareTitle(moves.length);
  const plot = await movesPlot(moves, texts);
  const notes = new Set(moves.flatMap(({ move }) => measuredNotes(move, texts)));
  return renderPage({
    texts: { languageCode: texts.languageCode, intro: texts.intro, table: plots.table },
    title,
    sections: [
      {
        heading: headings.comparison,
        notes: [...notes],
        blocks: [
          plot
            ? { heading: headings.downtimes, plot }
            : { heading: headings.downtimes, missing: texts.missing(plots.noAnswers) },
          { heading: headings.comparison, table: comparison(moves, texts) },
          {
            heading: headings.commands,
            code: moves.map(({ move }, index) => `# ${index + 1}: ${move.from}\n${move.command}`).join("\n"),
          },
        ],
      },
    ],
  });
}

/** A row for each figure: every move's own, then the median and the spread. */
export function comparison(moves: readonly NamedMove[], texts: Texts): TableView {
  const heads = moves.map(({ name, move }, index) => `${index + 1}: ${name} (${move.from} → ${move.to})`);
  return {
    head: [texts.columns.figure, ...heads, texts.median, texts.spread, texts.measuredIn],
    rows: figureList.map((kind) => [
      figureName(kind, texts),
      ...moves.map(({ move }) => figureText(kind.of(move.measurement), kind.unit, texts)),
      ...overall(kind, moves, texts),
    ]),
  };
}

function overall(kind: FigureKind, moves: readonly NamedMove[], texts: Texts): string[] {
  const values = moves.flatMap(({ move }) => {
    const figure = kind.of(move.measurement);
    return isMissing(figure) ? [] : [figure.value];
  });
  const present = texts.of(values.length, moves.length);
  if (values.length === 0) return ["–", "–", present];
  const words = (value: number) => figureText({ value }, kind.unit, texts);
  const [least, most] = [quantile(values, 0), quantile(values, 1)];
  return [words(quantile(values, 0.5)), `${words(least)} … ${words(most)}`, present];
}
