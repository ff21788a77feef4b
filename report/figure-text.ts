import { type Figure, isMissing } from "kvmlab-provider/sdk/measurement";
import type { Unit, Value } from "./figure-list";
import type { Texts } from "./texts";

const digits: Readonly<Record<Unit, number>> = {
  s: 2,
  ms: 1,
  MiB: 0,
  "MiB/s": 1,
  "KiB/s": 0,
  "/s": 1,
  "×": 2,
  "": 0,
};

/** A figure with its unit and its uncertainty, or why there is none. */
export function figureText(figure: Figure<Value>, unit: Unit, texts: Texts): string {
  if (isMissing(figure)) return texts.missing(figure.missing);
  const { value, uncertainty, upperLimit } = figure;
  const number = value.toFixed(digits[unit]);
  const spread = uncertainty === undefined ? "" : ` ± ${uncertainty.toFixed(digits[unit])}`;
  return upperLimit ? texts.atMost(withUnit(number, unit)) : withUnit(`${number}${spread}`, unit);
}

export function withUnit(number: string, unit: Unit): string {
  if (unit === "") return number;
  return unit === "/s" ? `${number}/s` : `${number} ${unit}`;
}
