import type { CheckResult } from "../course/evaluate";
import type { Exercise, Language, Step } from "../course/exercise";
import { exerciseText, withoutAnswers } from "../course/exercise-text";
import { fillIn } from "../course/fill-in";
import type { LabValues } from "../course/lab-values";
import { topologyPicture } from "../course/topology-picture";
import type { BlockView, PlotView, SectionView } from "../report/page-view";
import { prose } from "../report/prose";
import { renderPage } from "../report/render-page";
import { shownStorage } from "../stacks/topology/storage";
import type { Topology } from "../stacks/topology/topology";
import { placeName, promptOf } from "./exercise-places";
import { workbookTexts } from "./workbook-texts";

/** An exercise in a lab: one chapter. */
export interface WorkbookChapter {
  readonly lab: string;
  readonly exercise: Exercise;
  readonly topology: Topology;
  readonly values: LabValues;
  /** What was found of its checks; undefined where nothing was looked at. */
  readonly results?: readonly CheckResult[] | undefined;
}

/** One HTML file with the exercises' texts, filled in for their labs. The teacher's edition has solutions and answers, and no room to write. */
export function workbookPage(
  chapters: readonly WorkbookChapter[],
  language: Language,
  teacher: boolean,
): string {
  const texts = workbookTexts[language];
  const { languageCode, intro, table } = texts;
  const [only, ...others] = chapters.map(({ exercise }) => exercise.title[language]);
  const single = only !== undefined && others.length === 0;
  const sections = chapters.flatMap((chapter, index) =>
    sectionsOf(chapter, language, teacher, single ? "" : `${index + 1}.`),
  );
  return renderPage({
    texts: { languageCode, intro, table },
    title: single ? only : texts.title,
    sections: teacher
      ? sections
      : [
          ...sections.slice(0, 1).map((first) => ({
            ...first,
            blocks: [{ fields: texts.fields }, ...first.blocks],
          })),
          ...sections.slice(1),
        ],
  });
}

function sectionsOf(
  chapter: WorkbookChapter,
  language: Language,
  teacher: boolean,
  number: string,
): SectionView[] {
  const { exercise, lab, values, results } = chapter;
  const texts = workbookTexts[language];
  const text = exerciseText(exercise, language);
  const filled = (source: string) => prose(fillIn(source, values));
  return [
    {
      heading: number === "" ? texts.picture.title : `${number} ${exercise.title[language]}`,
      notes: [
        exercise.goal[language],
        `${texts.minutes(exercise.minutes)} ${texts.lab(lab, results ? "looked at" : "not up")}`,
      ],
      blocks: [{ prose: filled(text.introduction) }, { plot: pictureOf(chapter, language) }],
    },
    ...exercise.steps.map((step, index): SectionView => {
      const own = text.steps.find(({ name }) => name === step.name);
      return {
        heading: `${number}${index + 1}. ${fillIn(own?.title ?? step.name, values)}`,
        notes: [],
        blocks: [
          { prose: filled(own?.text ?? "") },
          ...(teacher ? [{ heading: texts.solution, code: solutionOf(step, values) }] : []),
          ...(step.checks.length > 0 ? [checksBlock(step, chapter, language)] : []),
          ...(teacher ? [] : [{ room: { label: texts.notes, lines: 4 } }]),
        ],
      };
    }),
    {
      heading: number === "" ? texts.questions : `${number} ${texts.questions}`,
      notes: [],
      blocks: (teacher ? text.questions : withoutAnswers(text.questions))
        .split(/^(?=\d+\. )/m)
        .filter((question) => question.trim() !== "")
        .map((question) => ({
          prose: filled(question),
          ...(teacher ? {} : { room: { label: texts.answer, lines: 4 } }),
        })),
    },
  ];
}

function pictureOf({ topology }: WorkbookChapter, language: Language): PlotView {
  const { picture, servers, parts } = workbookTexts[language];
  const { words, title, note } = picture;
  const storage = words.storage[topology.storage.kind].replace(/[:：]$/, "");
  const withNames = topology.names.kind === "dns" ? `, ${words.nameServer}` : "";
  return {
    svg: topologyPicture(topology, words),
    ...{ title, note },
    table: {
      head: servers,
      rows: topology.servers.map(({ name, part, address, memoryMiB }) => [
        name,
        part === "host" ? parts.host : `${storage} ${shownStorage(topology.storage).path}${withNames}`,
        address,
        String(memoryMiB),
        topology.guests
          .filter(({ startsOn }) => startsOn === name)
          .map((guest) => `${guest.name} (${guest.address})`)
          .join(", ") || "–",
      ]),
    },
  };
}

function checksBlock(step: Step, { values, results, lab }: WorkbookChapter, language: Language): BlockView {
  const { checks, checkColumns, states } = workbookTexts[language];
  const rows = step.checks.map((check) => {
    const found = results?.find((result) => result.check === check.name);
    const state =
      found === undefined ? states.open : found.verdict === "passed" ? states.passed : `✘ ${found.text}`;
    const where = check.on.map((place) => placeName(place, values)).join(", ");
    return [check.name, where, fillIn(check.pass[language], values).trim(), state];
  });
  return {
    heading: checks,
    code: `./lab check ${step.name} --lab ${lab}`,
    table: { head: checkColumns, rows },
  };
}

/** As somebody types it, with a prompt that says where. */
function solutionOf({ solution }: Step, values: LabValues): string {
  return solution
    .flatMap(({ on, run }) => run.map((line) => `${promptOf(on, values)} ${fillIn(line, values, "shell")}`))
    .join("\n");
}
