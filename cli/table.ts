import Table from "cli-table3";

/** A table for people: a line under the head, none between the rows, no colours. */
export function textTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  options: { readonly widths?: readonly number[]; readonly right?: readonly number[] } = {},
): string {
  const table = new Table({
    head: [...head],
    style: { head: [], border: [], compact: true },
    chars: {
      top: "",
      "top-mid": "",
      "top-left": "",
      "top-right": "",
      bottom: "",
      "bottom-mid": "",
      "bottom-left": "",
      "bottom-right": "",
      left: "",
      "left-mid": "",
      right: "",
      "right-mid": "",
      middle: " ",
      mid: "",
      "mid-mid": "",
    },
    colAligns: head.map((_, index) => (options.right?.includes(index) ? "right" : "left")),
    ...(options.widths ? { colWidths: [...options.widths], wordWrap: true } : {}),
  });
  table.push(...rows.map((row) => [...row]));
  return table.toString();
}
