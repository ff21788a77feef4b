import { isDone, type StepProgress, sumOf } from "../course/class/progress";
import type { Language } from "../course/exercise";
import { gradebookCsv } from "../course/gradebook-csv";
import type { SectionView } from "../report/page-view";
import { renderPage } from "../report/render-page";
import type { LabProgress } from "./class-progress";
import type { ClassRecord } from "./class-record";
import { classReportTexts } from "./class-report-texts";
import { pointsText, stepsOf } from "./class-texts";

interface PageOptions {
  readonly language: Language;
  readonly now: Date;
  /** Of an exercise, for people. */
  readonly title: (exercise: string) => string;
}

/** How far a class is, as one HTML file: a section for each exercise. */
export function classPage(
  record: Pick<ClassRecord, "name" | "deadline">,
  labs: readonly LabProgress[],
  { language, now, title }: PageOptions,
): string {
  const texts = classReportTexts[language];
  const exercises = [...new Set(labs.map(({ exercise }) => exercise))];
  const sections = exercises.map((exercise): SectionView => {
    const own = labs.filter((one) => one.exercise === exercise);
    const done = own.filter(({ progress }) => isDone(progress)).length;
    return {
      heading: title(exercise),
      notes: [texts.sum(done, own.length)],
      blocks: [
        { table: tableOf(record, own, language) },
        { heading: texts.perStep, table: { head: texts.stepColumns, rows: rowsOfSteps(own) } },
      ],
    };
  });
  return renderPage({
    texts: {
      languageCode: texts.languageCode,
      intro: texts.intro(timeText(now.toISOString(), now), record.deadline),
      table: texts.table,
    },
    title: texts.title(record.name),
    sections,
  });
}

function tableOf(
  { deadline }: Pick<ClassRecord, "deadline">,
  labs: readonly LabProgress[],
  language: Language,
) {
  const texts = classReportTexts[language];
  const steps = stepsOf(labs);
  const [student, lab, ...others] = texts.columns;
  return {
    head: [student, lab, ...steps, ...others],
    rows: labs.map((one) => {
      const { progress } = one;
      const cells = steps.map((step) => cellOf(progress?.steps.find((found) => found.step === step)));
      return [
        `${one.student.id} ${one.student.name}`,
        `${one.lab}: ${texts.states[one.state]}`,
        ...cells,
        progress ? pointsText(sumOf(progress.steps)) : "",
        one.guests,
        minutesOf(one),
        timeText(progress?.lastSeen, undefined),
        [
          isLate(one, deadline) ? texts.late : "",
          one.inClass ? "" : texts.left,
          one.deadline === undefined ? "" : texts.until(one.deadline),
          one.note,
        ]
          .filter((text) => text !== "")
          .join("; "),
      ];
    }),
  };
}

/** `✔ · 2`: done, at the second look; `1/3 · 4`: one point of three after four looks; `–`: nothing yet. */
function cellOf(step: StepProgress | undefined): string {
  if (step === undefined) return "";
  const { reached, of, attempts } = step;
  const looks = attempts > 0 ? ` · ${attempts}` : "";
  return reached === of ? `✔${looks}` : reached === 0 && attempts === 0 ? "–" : `${reached}/${of}${looks}`;
}

/** Where a class is stuck: how many have done a step, and how many looks it took. */
function rowsOfSteps(labs: readonly LabProgress[]): string[][] {
  return stepsOf(labs).map((step) => {
    const found = labs.flatMap(({ progress }) => progress?.steps.filter((one) => one.step === step) ?? []);
    const done = found.filter(({ reached, of }) => reached === of);
    const open = found.filter(({ reached, of, attempts }) => reached < of && attempts > 0);
    const looks = done.flatMap(({ attempts }) => (attempts > 0 ? attempts : [])).sort((a, b) => a - b);
    return [
      step,
      String(done.length),
      String(open.length),
      String(looks[Math.floor(looks.length / 2)] ?? ""),
    ];
  });
}

/** From the start of the exercise until it was done, or else until the last look. */
function minutesOf({ progress }: LabProgress): string {
  const until = progress?.doneAt ?? progress?.lastSeen;
  if (progress === undefined || until === undefined) return "";
  return String(Math.max(0, Math.round((Date.parse(until) - Date.parse(progress.startedAt)) / 60_000)));
}

function isLate(lab: LabProgress, ofClass: string | undefined): boolean {
  const { doneAt } = lab.progress ?? {};
  const deadline = lab.deadline ?? ofClass;
  return doneAt !== undefined && deadline !== undefined && Date.parse(doneAt) > Date.parse(deadline);
}

/** In the time of whoever writes the page, without seconds. */
function timeText(at: string | undefined, otherwise: Date | undefined): string {
  const time = at === undefined ? otherwise : new Date(at);
  return time === undefined
    ? ""
    : new Intl.DateTimeFormat("sv", { dateStyle: "short", timeStyle: "short" }).format(time);
}

/** A line for each student and exercise. */
export function classCsv({ deadline }: Pick<ClassRecord, "deadline">, labs: readonly LabProgress[]): string {
  const head = [
    ...["id", "name", "email", "exercise", "lab", "state", "points", "of", "attempts"],
    ...["started at", "done at", "deadline", "late", "last seen"],
  ];
  const rows = labs.map((one) => {
    const { student, progress } = one;
    const { reached, of } = progress ? sumOf(progress.steps) : { reached: "", of: "" };
    const attempts = progress?.steps.reduce((sum, step) => sum + step.attempts, 0);
    return [
      ...[student.id, student.name, student.email ?? "", one.exercise, one.lab, one.state, reached, of],
      ...[attempts ?? "", progress?.startedAt ?? "", progress?.doneAt ?? "", one.deadline ?? deadline ?? ""],
      ...[isLate(one, deadline) ? "yes" : "no", progress?.lastSeen ?? ""],
    ];
  });
  return gradebookCsv(head, rows);
}
