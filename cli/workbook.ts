import type { Exercise, Language } from "../course/exercise";
import { labValues } from "../course/lab-values";
import { exerciseNames, readExercise } from "../course/read-exercises";
import { topologyOf } from "../stacks/topology/topology";
import { knownLab } from "./access";
import {
  type ActiveExercise,
  activeExercise,
  type CourseOptions,
  languageOf,
  pathsOf,
  plannedTopology,
  startedLabs,
} from "./active-exercise";
import { inspectSteps } from "./inspect-steps";
import { findStack, settingsInUse } from "./lab-stack";
import { type WorkbookChapter, workbookPage } from "./workbook-page";
import { writePage } from "./write-page";

export interface WorkbookOptions extends CourseOptions {
  /** With solutions and answers, and without room to write. */
  readonly teacher: boolean;
  /** The file to write. */
  readonly output: string;
}

/**
 * `./lab workbook [EXERCISE...]`: the exercises as one page. Where none is named, it is the one that was started, and all of
 * them where none was.
 *
 * @throws LabError KVM-951 no such exercise, KVM-952 when several labs have one, KVM-919 when the page cannot be written
 */
export async function workbook(names: readonly string[], options: WorkbookOptions): Promise<void> {
  const language = languageOf(options.lang);
  const chapters = await chaptersOf(names, options, language);
  await writePage(workbookPage(chapters, language, options.teacher), options.output);
}

async function chaptersOf(
  names: readonly string[],
  options: CourseOptions,
  language: Language,
): Promise<WorkbookChapter[]> {
  const started = await startedLabs();
  const isStarted = options.lab === undefined ? started.length > 0 : started.includes(options.lab);
  if (names.length === 0 && isStarted) return [await startedChapter(await activeExercise(options), language)];
  const wanted = (names.length > 0 ? names : exerciseNames()).map(readExercise);
  const chapters: WorkbookChapter[] = [];
  for (const exercise of wanted) {
    const lab = options.lab ?? exercise.stack;
    const active = started.includes(lab) ? await activeExercise({ lab }) : undefined;
    chapters.push(
      active?.exercise.name === exercise.name
        ? await startedChapter(active, language)
        : await plannedChapter(exercise, lab),
    );
  }
  return chapters;
}

/** With what its checks show now, where its lab is up. */
async function startedChapter(active: ActiveExercise, language: Language): Promise<WorkbookChapter> {
  const { stack, exercise, values } = active;
  const isUp = await knownLab(stack).then(
    () => true,
    () => false,
  );
  return {
    ...{ lab: stack.name, exercise, values, topology: topologyOf(settingsInUse(stack)) },
    results: isUp ? await inspectSteps(active, exercise.steps, language) : undefined,
  };
}

/** In the lab as it is, or as it would begin. */
async function plannedChapter(exercise: Exercise, lab: string): Promise<WorkbookChapter> {
  const stack = await findStack(lab);
  const topology = plannedTopology(stack, exercise);
  return { lab, exercise, topology, values: labValues(lab, topology, pathsOf(stack)) };
}
