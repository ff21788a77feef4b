import { textTable } from "../../cli/table";
import { isMissing } from "../../provider/sdk/measurement";
import { median } from "../median";
import type { Course } from "./course";

const moves = 10;

/** Measured moves, there and back: each one's downtime from outside, how much of it the guest was unreachable, and libvirt's own. */
export async function downtimes(course: Course): Promise<void> {
  const rows: number[][] = [];
  for (let move = 1; move <= moves; move++) {
    const to = move % 2 ? "target" : "source";
    const { measurement, downtimeMs } = await course.byResource(to, { beforeSeconds: 2, afterSeconds: 1 });
    if (isMissing(measurement) || isMissing(measurement.downtime))
      throw new Error("a move that was not measured");
    const { ms, unreachable } = measurement.downtime;
    if (isMissing(unreachable)) throw new Error(unreachable.missing);
    rows.push([ms, unreachable.ms, downtimeMs, unreachable.ms - downtimeMs]);
  }
  const text = (row: readonly number[]) => row.map((value) => value.toFixed(0));
  const ofAll = [0, 1, 2, 3].map((column) => median(rows.map((row) => row[column] ?? Number.NaN)));
  const furthest = Math.max(...rows.map(([, , , difference = Number.NaN]) => Math.abs(difference)));
  console.log(
    textTable(
      ["measured move", "seen, ms", "of it unreachable", "libvirt's downtime", "difference"],
      [...rows.map((row, index) => [String(index + 1), ...text(row)]), ["median", ...text(ofAll)]],
    ),
  );
  console.log(`The furthest that unreachable and libvirt's downtime are apart: ${furthest.toFixed(0)} ms.`);
}
