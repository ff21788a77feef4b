import { type MeasureOptionsInput, measureOptions } from "../provider/measure/measure-options";

/** The samples go where the lab keeps its moves. */
const inLab = measureOptions.omit({ file: true });

/** How moves are measured, by the key `measure`: `false` when not at all, undefined when the text is none of what is allowed. */
export function measuring(text: string): MeasureOptionsInput | false | undefined {
  if (text === "false") return false;
  if (text === "true") return {};
  const given = parsed(text);
  if (typeof given !== "object" || given === null) return undefined;
  return inLab.safeParse(given).success ? given : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
