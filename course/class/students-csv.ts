import { CsvError, parse } from "csv-parse/sync";
import { z } from "zod";
import type { Fault } from "./faults";
import type { StudentEntry } from "./students";

/** The columns that are read, as they may be called. Others stay unread: a list that comes from elsewhere has some. */
const columns: Readonly<Record<string, readonly string[]>> = {
  id: ["id", "学号"],
  name: ["name", "姓名"],
  email: ["email", "邮箱", "电子邮箱"],
};

const records = z.array(z.object({ record: z.array(z.string()), info: z.object({ lines: z.int() }) }));

/** The students of a CSV file whose first line names its columns. */
export function studentsOfCsv(
  text: string,
  file: string,
): { readonly entries: readonly StudentEntry[]; readonly faults: readonly Fault[] } {
  const fault = (line: number, field: string, expected: string, found: string) => ({
    entries: [],
    faults: [{ file, line, field, expected, found }],
  });
  const rows = rowsOf(text);
  if (rows instanceof CsvError) {
    const line = Number(Object(rows).lines ?? 1);
    return fault(line, "", "a CSV file: values with commas between them", rows.message);
  }
  const [head, ...body] = rows;
  const names = head?.record.map((name) => keyOf(name)) ?? [];
  const missing = ["id", "name"].filter((key) => !names.includes(key));
  if (missing.length > 0)
    return fault(1, missing.join(", "), "the columns id and name", head?.record.join(",") || "nothing");
  const entries = body.map(({ record, info }): StudentEntry => {
    const own = names.flatMap((key, index) => (key && record[index] ? [[key, record[index]]] : []));
    return { value: Object.fromEntries(own), file, line: info.lines, field: (key) => key };
  });
  return { entries, faults: [] };
}

function rowsOf(text: string): z.output<typeof records> | CsvError {
  try {
    const options = {
      info: true,
      trim: true,
      relax_column_count: true,
      skip_records_with_empty_values: true,
    };
    return records.parse(parse(text, { ...options, bom: true, skip_empty_lines: true }));
  } catch (error) {
    if (error instanceof CsvError) return error;
    throw error;
  }
}

function keyOf(column: string): string | undefined {
  return Object.entries(columns).find(([, names]) => names.includes(column.toLowerCase()))?.[0];
}
