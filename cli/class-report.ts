import type { Language } from "../course/exercise";
import { readExercise } from "../course/read-exercises";
import { knownClass } from "./class-file";
import { progressOfLabs } from "./class-progress";
import { classCsv, classPage } from "./class-report-page";
import { writeOutput } from "./write-output";
import { writePage } from "./write-page";

export interface ClassReportOptions {
  readonly lang?: Language;
  /** The page to write. */
  readonly output: string;
  /** A CSV file for a gradebook beside it. */
  readonly csv?: string;
}

/**
 * `./lab class report FILE|NAME`: how far everybody is, as one page: a student a row, a step a column. Looks at all labs that are up.
 *
 * @throws LabError KVM-982 no such class, KVM-919 when a file cannot be written
 */
export async function classReport(place: string, { lang, output, csv }: ClassReportOptions): Promise<void> {
  const record = await knownClass(place);
  const language = lang ?? record.language;
  const labs = await progressOfLabs(record, record.labs);
  const title = (exercise: string) => readExercise(exercise).title[language];
  await writePage(classPage(record, labs, { language, now: new Date(), title }), output);
  if (csv === undefined) return;
  const text = classCsv(record, labs);
  console.log(await writeOutput(csv, text, { what: "grades", instead: "--csv /tmp/class.csv" }));
}
