import { isDeepStrictEqual } from "node:util";
import { beginnings, type LabBefore } from "../course/beginning";
import type { Exercise, Language } from "../course/exercise";
import { exerciseText, withoutAnswers } from "../course/exercise-text";
import { fillIn } from "../course/fill-in";
import { type LabValues, labValues } from "../course/lab-values";
import { exerciseNames, readExercise } from "../course/read-exercises";
import { LabError } from "../errors/lab-error";
import { knownLab } from "./access";
import {
  activeExercise,
  type CourseOptions,
  keepExercise,
  languageOf,
  pathsOf,
  plannedTopology,
  valuesOf,
} from "./active-exercise";
import { findStack, type LabStack, labStack, settingsInUse, settingsOf } from "./lab-stack";
import { textTable } from "./table";
import { up } from "./up";

const headings = {
  en: { name: "name", title: "title", minutes: "minutes", goal: "goal" },
  zh: { name: "名称", title: "标题", minutes: "分钟", goal: "目标" },
};
const words = {
  en: { goal: "Goal", questions: "Questions" },
  zh: { goal: "目标", questions: "思考题" },
};

/** `./lab exercise list` */
export function exerciseList({ lang }: CourseOptions): string {
  const language = languageOf(lang);
  const exercises = exerciseNames().map(readExercise);
  const { name, title, minutes, goal } = headings[language];
  return textTable(
    [name, title, minutes, goal],
    exercises.map((one) => [one.name, one.title[language], String(one.minutes), one.goal[language]]),
    { widths: [14, 28, 8, 70] },
  );
}

/**
 * `./lab exercise start NAME`: the lab that the exercise begins with, and what there is to read.
 *
 * @throws LabError KVM-951 no such exercise, KVM-953 when the lab is there with other settings, and what `./lab up` throws
 */
export async function exerciseStart(name: string, options: CourseOptions): Promise<void> {
  const exercise = readExercise(name);
  const stack = await findStack(options.lab ?? exercise.stack);
  await upAsExerciseBegins(stack, exercise);
  await keepExercise(stack, name);
  console.log(shown(exercise, valuesOf(stack), languageOf(options.lang), false));
}

/**
 * Brings a lab to where an exercise begins.
 *
 * @throws LabError KVM-953 when the lab is there with other settings, and what `./lab up` throws
 */
export async function upAsExerciseBegins(stack: LabStack, exercise: Exercise): Promise<void> {
  // Also where the stack's file says bare.
  const wanted = { start: "ready", ...exercise.settings };
  const steps = beginnings(wanted, await labBefore(stack));
  if (steps === undefined || steps.length === 0) refuseOtherLab(stack, exercise.name, wanted);
  for (const settings of steps ?? []) {
    const config = Object.entries(settings).map(
      ([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`,
    );
    await up(stack.name, { config, refresh: false, cold: false, json: false });
  }
}

/** `./lab exercise show [NAME]`: of the exercise that was started, or of any with the values of its usual lab. */
export async function exerciseShow(
  name: string | undefined,
  options: CourseOptions & { readonly teacher: boolean },
): Promise<void> {
  const { exercise, values } = name === undefined ? await activeExercise(options) : asWritten(name, options);
  console.log(shown(exercise, values, languageOf(options.lang), options.teacher));
}

function asWritten(name: string, { lab }: CourseOptions) {
  const exercise = readExercise(name);
  const stack = labStack(lab ?? exercise.stack);
  return { exercise, values: labValues(stack.name, plannedTopology(stack, exercise), pathsOf(stack)) };
}

/** @param teacher whether the questions' answers are shown */
export function shown(exercise: Exercise, values: LabValues, language: Language, teacher: boolean): string {
  const { introduction, steps, questions } = exerciseText(exercise, language);
  const { goal, questions: heading } = words[language];
  const text = [
    `# ${exercise.title[language]}`,
    `${goal}: ${exercise.goal[language]}`,
    introduction,
    ...steps.flatMap((step, index) => [`## ${index + 1}. ${step.title} (${step.name})`, step.text]),
    ...(questions === "" ? [] : [`## ${heading}`, teacher ? questions : withoutAnswers(questions)]),
  ].join("\n\n");
  return fillIn(text, values);
}

async function labBefore(stack: LabStack): Promise<LabBefore> {
  const known = await knownLab(stack).catch(() => undefined);
  return known === undefined ? "none" : (known.outputs?.start ?? settingsInUse(stack).start);
}

function refuseOtherLab(stack: LabStack, name: string, settings: Exercise["settings"]): void {
  const wanted = settingsOf(stack, settings);
  const found = settingsInUse(stack);
  const other = Object.keys(wanted).filter(
    (key) => key in settings && !isDeepStrictEqual(Object(wanted)[key], Object(found)[key]),
  );
  if (other.length === 0) return;
  const told = (from: unknown) =>
    other.map((key) => `${key}: ${JSON.stringify(Object(from)[key])}`).join(", ");
  throw new LabError({
    code: "KVM-953",
    expected: `a lab with ${told(wanted)}, as the exercise ${name} begins`,
    found: `the lab ${stack.name} is there, with ${told(found)}`,
    fix: `./lab down ${stack.name}, then ./lab exercise start ${name} --lab ${stack.name}; or another lab with --lab`,
  });
}
