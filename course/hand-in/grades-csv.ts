import { stringify } from "csv-stringify/sync";
import type { Language } from "../exercise";
import { flagText } from "./flags";
import type { Grade } from "./grades";

/**
 * A line for each student and exercise, for a gradebook. With the mark by which spreadsheets know UTF-8; a field that one would take for a
 * formula has a ' before it.
 */
export function gradesCsv(grades: readonly Grade[], language: Language): string {
  const rows = grades.map(({ student, participant, handIn, flags, file }) => [
    student,
    participant,
    handIn?.exercise ?? "",
    handIn?.points?.points ?? "",
    handIn?.points?.of ?? "",
    handIn?.signed ? "yes" : "no",
    flags.map(({ flag }) => flag).join(" "),
    flags.map((flag) => flagText(flag, language)).join("; "),
    handIn?.at ?? "",
    handIn?.lab ?? "",
    handIn?.key ?? "",
    file,
  ]);
  const head = [
    ...["student", "participant", "exercise", "points", "of", "signed", "flags", "reasons"],
    ...["handed in at", "lab", "key", "file"],
  ];
  return stringify([head, ...rows], { bom: true, escape_formulas: true });
}
