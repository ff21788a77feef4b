import type { TopLevelSpec } from "vega-lite";

/** A plot without the data's own colours for text: it takes those of the page, by day and by night. */
const config = {
  background: "transparent",
  font: "system-ui, sans-serif",
  view: { stroke: null },
  axis: {
    labelColor: "currentColor",
    titleColor: "currentColor",
    domainColor: "currentColor",
    tickColor: "currentColor",
    gridColor: "currentColor",
    gridOpacity: 0.15,
    labelFontSize: 12,
    titleFontSize: 12,
  },
  legend: { labelColor: "currentColor", titleColor: "currentColor", labelFontSize: 12, orient: "bottom" },
} as const;

/** Colours that can be told apart on white and on black, and by people who see fewer of them. */
export const colours = { answers: "#3b82c4", requests: "#d9772b", gap: "#d1383d", lost: "#d1383d" } as const;

export const plotWidth = 620;

/** Draws a plot as SVG, without a browser. Its size follows the page. */
export async function draw(spec: TopLevelSpec): Promise<string> {
  // Loaded at the first plot: they are large, and most commands draw none.
  const [{ compile }, vega] = await Promise.all([import("vega-lite"), import("vega")]);
  const compiled = compile({ ...spec, config }, { logger: silent }).spec;
  const view = new vega.View(vega.parse(compiled), { renderer: "none" });
  try {
    return forPage(await view.toSVG());
  } finally {
    view.finalize();
  }
}

/** Its description is given by the page, once; inside a page an SVG needs no namespace. */
function forPage(svg: string): string {
  return svg
    .replace(/^<svg [^>]*viewBox="([^"]*)"[^>]*>/, '<svg viewBox="$1" aria-hidden="true" focusable="false">')
    .replaceAll(/ (?:role|aria-roledescription|aria-label)="[^"]*"/g, "")
    .replaceAll(/(\d\.\d{2})\d+/g, "$1");
}

/** Warnings of the compiler are for those who write plots, and are looked at there. */
const silent = {
  level: () => silent,
  error: () => silent,
  warn: () => silent,
  info: () => silent,
  debug: () => silent,
};
