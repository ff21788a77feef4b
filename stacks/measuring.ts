import { type MeasureOptionsInput, measureOptions } from "../provider/measure/measure-options";
import { jsonOf } from "./json-of";

/** The samples go where the lab keeps its moves. */
const inLab = measureOptions.omit({ file: true });

/** How moves are measured, by the key `measure`: `false` when not at all, undefined when the text is none of what is allowed. */
export function measuring(text: string): MeasureOptionsInput | false | undefined {
  if (text === "false") return false;
  if (text === "true") return {};
  const given = jsonOf(text);
  if (typeof given !== "object" || given === null) return undefined;
  return inLab.safeParse(given).success ? given : undefined;
}
