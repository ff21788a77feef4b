import type { Language } from "../exercise";
import { gradebookCsv } from "../gradebook-csv";
import { flagText } from "./flags";
import type { Grade } from "./grades";

/** A line for each student and exercise. */
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
  return gradebookCsv(head, rows);
}
