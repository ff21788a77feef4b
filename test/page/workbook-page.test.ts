import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { workbookPage } from "../../cli/workbook-page";
import { workbookTexts } from "../../cli/workbook-texts";
import type { Language } from "../../course/exercise";
import { exerciseNames } from "../../course/read-exercises";
import { chapterOf } from "../unit/cli/workbook-chapter";
import {
  accessFaults,
  browserOfFile,
  luminanceOf,
  openFile,
  phone,
  pictures,
  schemeOf,
  type WatchedPage,
} from "./watched-page";

// The workbook as a student has it: a file in a own.browser, and on paper. What is in it, test/unit/cli says.

const own = browserOfFile();
const { scratch } = own;
const a4 = { width: 794, height: 1123 };

const editions = (["en", "zh"] as const).flatMap((language) =>
  [false, true].map((teacher) => ({ language, teacher, of: teacher ? "the teacher" : "the student" })),
);

describe.each(editions)("the workbook of $of in $language", ({ language, teacher }) => {
  let file: string;
  const opened: WatchedPage[] = [];
  const open = async (options: Parameters<typeof openFile>[2]) => {
    const watched = await openFile(own.browser, pathToFileURL(file).href, options);
    opened.push(watched);
    return watched.page;
  };
  beforeAll(() => {
    file = join(scratch, `${language}-${teacher}.html`);
    writeFileSync(
      file,
      workbookPage(
        exerciseNames().map((name) => chapterOf(name)),
        language,
        teacher,
      ),
    );
  });
  afterAll(() => Promise.all(opened.map(({ page }) => page.context().close())));

  test("is small, says its language, and is as wide as a phone", async () => {
    expect(statSync(file).size).toBeLessThan(300_000);
    const page = await open({ viewport: phone, isMobile: true, hasTouch: true });
    expect(await page.getAttribute("html", "lang")).toBe(workbookTexts[language as Language].languageCode);
    const widths = await page.evaluate("[document.documentElement.scrollWidth, innerWidth]");
    expect(widths).toEqual([phone.width, phone.width]);
  });

  const scheme = schemeOf[language];
  test(`can be read in ${scheme} colours, and without seeing them`, async () => {
    const page = await open({ colorScheme: scheme });
    await page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true");
    expect(await accessFaults(page)).toEqual([]);
    const text = await luminanceOf(page, "svg text", "fill");
    expect(scheme === "dark" ? text > 0.5 : text < 0.05).toBe(true);
    await page.screenshot({
      fullPage: true,
      path: join(pictures, `workbook-${language}-${teacher}-${scheme}.png`),
    });
  });

  test("is printed dark on light, with all that was written into it, on more than one page", async () => {
    const page = await open({ colorScheme: "dark", viewport: a4 });
    const written = Array.from({ length: 12 }, (_, line) => `line ${line}`).join("\n");
    if (!teacher) {
      await page.locator("textarea").first().fill(written);
      await page.locator("input").first().fill("A name");
    }
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    await accessFaults(page);
    expect(await luminanceOf(page, "body", "backgroundColor")).toBeGreaterThan(0.9);
    if (!teacher) {
      const room = 'document.querySelector("textarea")';
      const [inner = 1, outer = 0] = await page.evaluate<number[]>(
        `[${room}.scrollHeight, ${room}.clientHeight]`,
      );
      expect(inner).toBeLessThanOrEqual(outer + 1);
    }
    const pdf = await page.pdf({ format: "A4", printBackground: false });
    writeFileSync(join(pictures, `workbook-${language}-${teacher}.pdf`), pdf);
    expect([...pdf.toString("latin1").matchAll(/\/Type\s*\/Page\b/g)].length).toBeGreaterThan(1);
  });

  test("asked for nothing in all of that, and nothing was complained about", () => {
    expect(opened.flatMap(({ requests }) => requests)).toEqual([]);
    expect(opened.flatMap(({ messages }) => messages)).toEqual([]);
  });
});
