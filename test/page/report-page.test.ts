import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { comparePage } from "../../report/compare-page";
import { reportPage } from "../../report/report-page";
import { type Language, languages } from "../../report/texts";
import { blindMove, tenMoves } from "../unit/report/sample-moves";
import {
  accessFaults,
  browserOfFile,
  coloursIn,
  luminanceOf,
  openFile,
  phone,
  pictures,
  schemeOf,
  type WatchedPage,
} from "./watched-page";

// A page as a person has it: a file in a browser. What is in it, test/unit/report says.

const own = browserOfFile();
const { scratch } = own;

function fileOf(name: string, html: string): string {
  const file = join(scratch, `${name}.html`);
  writeFileSync(file, html);
  return file;
}

const moves = [...tenMoves().slice(0, 2), blindMove()];
const kinds = {
  report: { make: (language: Language) => reportPage("dev", moves, language), plots: 7 },
  compare: { make: (language: Language) => comparePage(moves, language), plots: 1 },
};
const pages = (Object.keys(kinds) as (keyof typeof kinds)[]).flatMap((kind) =>
  (Object.keys(languages) as Language[]).map((language) => ({ kind, language })),
);

describe.each(pages)("the page $kind in $language", ({ kind, language }) => {
  const { make, plots } = kinds[kind];
  const name = `${kind}-${language}`;
  let file: string;
  let opened: WatchedPage[];
  const open = async (options: Parameters<typeof openFile>[2]) => {
    const watched = await openFile(own.browser, pathToFileURL(file).href, options);
    opened.push(watched);
    return watched.page;
  };
  beforeAll(async () => {
    file = fileOf(name, await make(language));
    opened = [];
  });
  afterAll(() => Promise.all(opened.map(({ page }) => page.context().close())));

  test("opens from disk: it asks for nothing, and the console stays empty", async () => {
    const page = await open({});
    expect(await page.getAttribute("html", "lang")).toBe(languages[language].languageCode);
    expect(await page.title()).not.toBe("");
    const picture = await page.screenshot({ fullPage: true, path: join(pictures, `${name}.png`) });
    expect(await coloursIn(own.browser, picture)).toBeGreaterThan(20);
  });

  test("is as wide as a phone", async () => {
    const page = await open({ viewport: phone, isMobile: true, hasTouch: true });
    const widths = await page.evaluate("[document.documentElement.scrollWidth, innerWidth]");
    expect(widths).toEqual([phone.width, phone.width]);
    const picture = await page.screenshot({ fullPage: true, path: join(pictures, `${name}-phone.png`) });
    expect(await coloursIn(own.browser, picture)).toBeGreaterThan(20);
  });

  const scheme = schemeOf[language];
  test(`can be read in ${scheme} colours, and without seeing them`, async () => {
    const page = await open({ colorScheme: scheme, viewport: phone });
    // Behind each plot stands a table, in what can be unfolded.
    await page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true");
    expect(await accessFaults(page)).toEqual([]);
    const ground = await luminanceOf(page, "body", "backgroundColor");
    const text = await luminanceOf(page, "svg text", "fill");
    expect(scheme === "dark" ? [ground < 0.05, text > 0.5] : [ground > 0.9, text < 0.05]).toEqual([
      true,
      true,
    ]);
    await page.screenshot({ fullPage: true, path: join(pictures, `${name}-${scheme}.png`) });
  });

  test("has a name for each plot, and its data in a table that opens by the keyboard", async () => {
    const page = await open({});
    const drawn = page.locator("figure", { has: page.locator("svg") });
    expect(await drawn.count()).toBe(plots);
    expect(await page.locator("svg").count()).toBe(plots);
    expect(await page.getByRole("img", { name: /.{20,}/ }).count()).toBe(plots);
    for (const figure of await drawn.all()) {
      const table = figure.getByRole("table", { name: /.{5,}/ });
      expect(await table.count()).toBe(0);
      await figure.locator("summary").press("Enter");
      await table.waitFor();
      expect(await table.getByRole("columnheader").count()).toBeGreaterThan(1);
      expect(await table.getByRole("cell").count()).toBeGreaterThan(1);
    }
  });

  test("is printed dark on light, with all that is folded, also by who reads at night", async () => {
    const page = await open({ colorScheme: "dark" });
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    await accessFaults(page);
    expect(await luminanceOf(page, "body", "backgroundColor")).toBeGreaterThan(0.9);
    expect(await luminanceOf(page, "svg text", "fill")).toBeLessThan(0.05);
    for (const table of await page.locator("details table").all())
      expect((await table.boundingBox())?.height).toBeGreaterThan(40);
    const pdf = (await page.pdf({ format: "A4" })).toString("latin1");
    expect(pdf).toMatch(/^%PDF-/);
    expect([...pdf.matchAll(/\/Type\s*\/Page\b/g)].length).toBeGreaterThan(0);
  });

  test("asked for nothing in all of that, and nothing was complained about", () => {
    expect(opened.flatMap(({ requests }) => requests)).toEqual([]);
    expect(opened.flatMap(({ messages }) => messages)).toEqual([]);
  });
});

test.each(["en", "zh"] as const)(
  "a report in %s has its first move's figures in sight, and the others a key away",
  async (language) => {
    const file = fileOf(`first-${language}`, await reportPage("dev", moves, language));
    const { page } = await openFile(own.browser, pathToFileURL(file).href, {
      viewport: { width: 1280, height: 720 },
    });
    const figures = await page.locator(".figures").first().boundingBox();
    expect((figures?.y ?? 720) + (figures?.height ?? 720)).toBeLessThan(720);
    expect(await page.locator(".figures").first().locator("dd").allTextContents()).toEqual([
      expect.stringMatching(/^\d+\.\d+ ± \d+\.\d+ s$/),
      expect.stringMatching(/^\d+\.\d ± \d+\.\d ms$/),
      expect.stringMatching(/^\d\.\d+ ×$/),
    ]);
    const all = page.locator("details.more").first();
    expect(await all.getByRole("table").count()).toBe(0);
    await all.locator("summary").press("Enter");
    await all.getByRole("table", { name: languages[language].headings.figures }).waitFor();
    await page.context().close();
  },
);

test("a report of ten moves is a file of less than 2 MB", async () => {
  const file = fileOf("ten", await reportPage("dev", tenMoves(), "en"));
  expect(statSync(file).size).toBeLessThan(2_000_000);
});

test("a page that asks for more, complains or is too pale would be found out", async () => {
  const pale = `<p style="color: #aaa; background: #fff">pale</p><img src="https://example.invalid/x.png">`;
  const file = fileOf(
    "bad",
    `<!doctype html><title>bad</title>${pale}<script>throw new Error("oh")</script>`,
  );
  const { page, requests, messages } = await openFile(own.browser, pathToFileURL(file).href);
  expect(requests).toEqual(["https://example.invalid/x.png"]);
  expect(messages).toEqual(expect.arrayContaining(["oh"]));
  const faults = (await accessFaults(page)).map((fault) => fault.split(":")[0]);
  expect(faults).toEqual(expect.arrayContaining(["color-contrast", "image-alt", "html-has-lang"]));
  await page.context().close();
});
