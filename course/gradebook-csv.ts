import { stringify } from "csv-stringify/sync";

/** Rows for a gradebook: with the mark by which spreadsheets know UTF-8; a field that one would take for a formula has a ' before it. */
export function gradebookCsv(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  return stringify([head, ...rows], { bom: true, escape_formulas: true });
}
