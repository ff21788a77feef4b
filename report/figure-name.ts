import type { FigureKind } from "./figure-list";
import type { Texts } from "./texts";

/** What a figure is called: its own name, and the time that it is of. */
export function figureName({ key }: FigureKind, texts: Texts): string {
  const [, base = key, when] = /^(.*?)(?:_(before|during|after))?$/.exec(key) ?? [];
  const name = isNamed(base, texts) ? texts.figures[base] : base;
  return when === "before" || when === "during" || when === "after" ? `${name} (${texts.when[when]})` : name;
}

function isNamed(key: string, texts: Texts): key is keyof Texts["figures"] {
  return key in texts.figures;
}
