import { recordOf } from "kvmlab-provider/measure/record";
import { isMissing, type Measurement } from "kvmlab-provider/sdk/measurement";
import { type FigureKind, figureList } from "./figure-list";
import { figureName } from "./figure-name";
import { figureText } from "./figure-text";
import { forecastBlock } from "./forecast-block";
import { headline, largeFigures } from "./headline";
import { measuredNotes } from "./measured-notes";
import type { PageView, SectionView, TableView } from "./page-view";
import { answersPlot } from "./plots/answers-plot";
import { copyPlot } from "./plots/copy-plot";
import { servicePlot } from "./plots/service-plot";
import { renderPage } from "./render-page";
import type { ShownMove } from "./shown-move";
import { type Language, languages, type Texts } from "./texts";

/** The report of some moves of one lab, in the order in which they are given. */
export async function reportPage(
  lab: string,
  moves: readonly ShownMove[],
  language: Language,
): Promise<string> {
  const texts = languages[language];
  const sections: SectionView[] = [];
  for (const move of moves) sections.push(await section(move, texts));
  const view: PageView = {
    texts: { languageCode: texts.languageCode, intro: texts.intro, table: texts.plots.table },
    title: texts.reportTitle(lab),
    sections,
  };
  return renderPage(view);
}

async function section({ move, samples }: ShownMove, texts: Texts): Promise<SectionView> {
  const { headings, columns, plots } = texts;
  const { measurement } = move;
  const record = samples === undefined ? undefined : recordOf(samples);
  const answers = record && (await answersPlot(record, measurement, texts));
  const service =
    record && (await servicePlot(record, record.requests, plots.serviceTitle, measurement, texts));
  const neighbour =
    record && (await servicePlot(record, record.neighbourRequests, plots.neighbourTitle, measurement, texts));
  const copy = await copyPlot(move.events, texts);
  const nothing = record === undefined ? plots.noSamples : undefined;
  const drawn = [
    { heading: headings.answers, plot: answers, why: nothing ?? plots.noAnswers },
    { heading: headings.service, plot: service, why: nothing ?? plots.noRequests },
    { heading: headings.neighbour, plot: neighbour, why: nothing ?? plots.noRequests },
    { heading: headings.copy, plot: copy, why: plots.noEvents },
  ];
  const proofs = move.proofs.map(({ name, verdict, facts }) => [name, texts.verdicts[verdict], facts]);
  const folded = true;
  return {
    heading: texts.moveHeading(move.guest, move.from, move.to, move.migratedAt),
    lead: headline(move, texts),
    figures: largeFigures(measurement, texts),
    notes: measuredNotes(move, texts),
    blocks: [
      ...drawn.flatMap(({ heading, plot }) => (plot ? [{ heading, plot }] : [])),
      {
        heading: headings.proofs,
        table: { head: [columns.proof, columns.verdict, columns.facts], rows: proofs },
      },
      { heading: headings.commands, code: commandsOf(move) },
      { folded, heading: headings.figures, table: figuresTable(measurement, texts) },
      { folded, heading: headings.phases, table: phasesTable(measurement, texts) },
      { folded, ...forecastBlock(move, texts) },
      ...drawn.flatMap(({ heading, plot, why }) =>
        plot ? [] : [{ folded, heading, missing: texts.missing(why) }],
      ),
      {
        folded,
        heading: headings.versions,
        table: { head: [columns.part, columns.version], rows: Object.entries(move.versions) },
      },
    ],
  };
}

function figuresTable(measurement: Measurement, texts: Texts): TableView {
  const row = (kind: FigureKind) => [
    figureName(kind, texts),
    figureText(kind.of(measurement), kind.unit, texts),
  ];
  return { head: [texts.columns.figure, texts.columns.value], rows: figureList.map(row) };
}

function phasesTable({ phases }: Measurement, texts: Texts): TableView {
  const { columns } = texts;
  const seconds = (ms: number) => (ms / 1000).toFixed(3);
  return {
    head: [columns.phase, columns.from, columns.to, columns.lasts],
    rows: phases.map((phase) =>
      isMissing(phase)
        ? [texts.phases[phase.phase], texts.missing(phase.missing), "–", "–"]
        : [
            texts.phases[phase.phase],
            seconds(phase.fromMs),
            seconds(phase.toMs),
            seconds(phase.toMs - phase.fromMs),
          ],
    ),
  };
}

/** The command, and what was done to the move while it ran, as it can be repeated on the source. */
function commandsOf({ from, command, events }: ShownMove["move"]): string {
  const interventions = events.flatMap(({ phase, act, why }) =>
    phase === "intervention" ? [`# ${String(act)}: ${String(why)}`] : [],
  );
  return [`# ${from}`, command, ...interventions].join("\n");
}
