import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Exercise, Language } from "../course/exercise";
import { type Examined, examine, type Known } from "../course/hand-in/examine";
import { flagText } from "../course/hand-in/flags";
import { type Grade, gradesOf } from "../course/hand-in/grades";
import { gradesCsv } from "../course/hand-in/grades-csv";
import { keysIn } from "../course/hand-in/keys";
import { exerciseNames, readExercise } from "../course/read-exercises";
import { LabError } from "../errors/lab-error";
import { languageOf } from "./active-exercise";
import { submissions } from "./submissions";
import { textTable } from "./table";
import { writeOutput } from "./write-output";

export interface GradeOptions {
  readonly lang?: Language;
  /** The CSV to write. */
  readonly output: string;
  /** A list of the labs' keys. */
  readonly keys?: string;
  readonly json: boolean;
}

/**
 * `./lab grade FOLDER|ZIP`: what a class handed in, checked, with what looks copied.
 *
 * @throws LabError KVM-958 when there is nothing to read, KVM-919 when the CSV cannot be written
 */
export async function grade(place: string, options: GradeOptions): Promise<void> {
  const language = languageOf(options.lang);
  const known: Known = {
    exercise: exercises(),
    keys: options.keys === undefined ? undefined : await readKeys(options.keys),
  };
  const examined: Examined[] = [];
  for await (const submission of submissions(resolve(place))) examined.push(examine(submission, known));
  const grades = gradesOf(examined);
  const csv = gradesCsv(grades, language);
  const file = await writeOutput(options.output, csv, {
    what: "grades",
    instead: "--output /tmp/grades.csv",
  });
  console.log(
    options.json ? JSON.stringify(grades.map((one) => shown(one, language))) : tableOf(grades, language),
  );
  if (!options.json) console.log(`\n${file}`);
}

/** Exercises by their names, each read once. */
function exercises(): Known["exercise"] {
  const all = new Map<string, Exercise>(exerciseNames().map((name) => [name, readExercise(name)]));
  return (name) => all.get(name);
}

async function readKeys(file: string): Promise<Map<string, string>> {
  const keys = keysIn(await readFile(file, "utf8").catch(() => ""));
  if (keys.size > 0) return keys;
  throw new LabError({
    code: "KVM-958",
    expected: `${file} to have a key a line, and after it whose lab it is`,
    found: "no key",
    fix: "./lab submit --key prints a lab's line",
  });
}

function shown({ student, participant, handIn, flags, file }: Grade, language: Language) {
  const { points, of } = handIn?.points ?? {};
  return {
    ...{ student, participant, exercise: handIn?.exercise, points, of, signed: handIn?.signed ?? false },
    flags: flags.map((flag) => ({ ...flag, text: flagText(flag, language) })),
    ...{ at: handIn?.at, lab: handIn?.lab, key: handIn?.key, file },
  };
}

const words = {
  en: {
    head: ["student", "exercise", "points", "of", "to be looked at"],
    sum: (rows: number, flagged: number) => `${rows} rows, ${flagged} to be looked at`,
  },
  zh: {
    head: ["学生", "实验", "得分", "满分", "需要查看"],
    sum: (rows: number, flagged: number) => `共 ${rows} 行，其中 ${flagged} 行需要查看`,
  },
};

function tableOf(grades: readonly Grade[], language: Language): string {
  const { head, sum } = words[language];
  const rows = grades.map(({ student, handIn, flags }) => [
    student,
    handIn?.exercise ?? "-",
    String(handIn?.points?.points ?? "-"),
    String(handIn?.points?.of ?? "-"),
    flags.map((flag) => flagText(flag, language)).join("; "),
  ]);
  return [
    textTable(head, rows, { widths: [20, 14, 7, 7, 76], right: [2, 3] }),
    sum(grades.length, grades.filter(({ flags }) => flags.length > 0).length),
  ].join("\n");
}
