import type { ClassLab } from "../course/class/class-labs";
import type { ClassPlan, Turn } from "../course/class/class-plan";
import { type StepPoints, sumOf } from "../course/class/progress";
import type { SchoolClass } from "../course/class/read-class";
import type { LabProgress } from "./class-progress";
import { type ClassRecord, logOf } from "./class-record";
import { textTable } from "./table";

const turnWords: Readonly<Record<Turn, string>> = {
  up: "is up",
  start: "is brought up",
  repair: "is brought up again",
  queued: "queued",
};

/** What `./lab class up` is about to do. */
export function planText(
  { name, students, exercises, deadline }: Pick<SchoolClass, "name" | "students" | "exercises" | "deadline">,
  { turns, capacity, memoryMiB, minutes, queuedMinutes }: ClassPlan<ClassLab>,
): string {
  const rows = turns.map(({ lab, turn }) => [
    lab.student.id,
    lab.student.name,
    lab.exercise,
    lab.lab,
    lab.guest,
    lab.network,
    turnWords[turn],
  ]);
  const table = textTable(["student", "name", "exercise", "lab", "guest", "network", "now"], rows);
  const running = turns.filter(({ turn }) => turn !== "queued").length;
  const queued = turns.length - running;
  const largest = Math.max(...turns.map(({ lab }) => lab.memoryMiB));
  const most = Math.min(
    Math.floor(capacity.memoryMiB / largest),
    capacity.atOnce ?? Number.POSITIVE_INFINITY,
  );
  return [
    table,
    "",
    `class ${name}: ${students.length} students, ${exercises.join(", ")}${deadlineText(deadline)}`,
    `memory: ${gib(largest)} a lab; the class may take ${gib(capacity.memoryMiB)} of this machine, and then has ${gib(memoryMiB)}`,
    `at once: ${most} labs`,
    `minutes: about ${Math.ceil(minutes)}`,
    ...(queued > 0
      ? [
          `queued: ${queued}, which take about ${Math.ceil(queuedMinutes)} minutes more when others have ended: ./lab class down ${name} STUDENT…, then ./lab class up ${name} STUDENT…`,
        ]
      : []),
  ].join("\n");
}

export function deadlineText(deadline: string | undefined, now = new Date()): string {
  if (deadline === undefined) return "";
  return `; deadline ${deadline}${new Date(deadline) < now ? ", which is over" : ""}`;
}

function gib(mebibytes: number): string {
  return `${(mebibytes / 1024).toFixed(1)} GiB`;
}

/** How it went with one lab. */
export interface LabResult extends Pick<ClassLab, "student" | "exercise" | "lab"> {
  readonly turn: Turn;
  readonly seconds: number;
  /** Empty when it did not fail. */
  readonly failure: string;
}

export function resultText(results: readonly LabResult[], className: string): string {
  const rows = results.map(({ student, exercise, lab, turn, seconds, failure }) => [
    student.id,
    student.name,
    exercise,
    lab,
    failure !== "" ? "FAILED" : turn === "queued" ? "queued" : "up",
    turn === "start" || turn === "repair" ? seconds.toFixed(0) : "",
    failure === "" ? "" : `${failure} (${logOf(className, lab)})`,
  ]);
  return textTable(["student", "name", "exercise", "lab", "now", "seconds", "why"], rows, { right: [5] });
}

/** What `./lab class status` shows: a lab a row. */
export function progressText(
  { name, deadline }: Pick<ClassRecord, "name" | "deadline">,
  labs: readonly LabProgress[],
): string {
  const rows = labs.map(({ student, exercise, lab, state, inClass, progress, note, deadline: own }) => [
    student.id,
    student.name,
    exercise,
    lab,
    state,
    progress === undefined ? "" : pointsText(sumOf(progress.steps)),
    [inClass ? "" : "not in the class any more", own === undefined ? "" : `until ${own}`, note]
      .filter((text) => text !== "")
      .join("; "),
  ]);
  const up = labs.filter(({ state }) => state === "up").length;
  return [
    textTable(["student", "name", "exercise", "lab", "state", "points", "note"], rows),
    "",
    `class ${name}: ${up} of ${labs.length} labs are up${deadlineText(deadline)}`,
  ].join("\n");
}

/** What `./lab class check` shows: for each exercise a table, a student a row, a step a column. */
export function stepsText(labs: readonly LabProgress[]): string {
  const exercises = [...new Set(labs.map(({ exercise }) => exercise))];
  return exercises
    .map((exercise) => {
      const own = labs.filter((one) => one.exercise === exercise);
      const steps = stepsOf(own);
      const rows = own.map(({ student, progress, state, note }) => [
        student.id,
        student.name,
        ...steps.map((step) => cellOf(progress?.steps.find((one) => one.step === step))),
        note === "" ? (progress ? "" : state) : note,
      ]);
      return textTable([exercise, "", ...steps, "note"], rows);
    })
    .join("\n\n");
}

/** The steps of labs with one exercise, as far as one of them could be looked at. */
export function stepsOf(labs: readonly LabProgress[]): string[] {
  return labs.find(({ progress }) => progress)?.progress?.steps.map(({ step }) => step) ?? [];
}

function cellOf(step: StepPoints | undefined): string {
  if (step === undefined) return "";
  return step.reached === step.of ? "done" : step.reached === 0 ? "-" : pointsText(step);
}

export function pointsText({ reached, of }: { readonly reached: number; readonly of: number }): string {
  return `${reached} of ${of}`;
}
