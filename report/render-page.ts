import { readFileSync } from "node:fs";
import { join } from "node:path";
import Handlebars from "handlebars";
import type { PageView } from "./page-view";

/** One HTML file that needs no other, and no network. Every text is escaped; only the plots, which we drew, and prose, which prose() escapes, are taken as they are. */
export function renderPage(view: PageView): string {
  const read = (file: string) => readFileSync(join(__dirname, file), "utf8");
  const own = Handlebars.create();
  for (const part of ["table", "block"]) own.registerPartial(part, own.compile(read(`${part}.hbs`)));
  return own.compile(read("page.hbs"))({ ...view, css: read("page.css").trim() });
}
