import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { classPage } from "../../cli/class-report-page";
import { begun, inProgress } from "../unit/cli/sample-class";
import { accessFaults, browserOfFile, openFile, phone, pictures, schemeOf } from "./watched-page";

// The page of a class as a teacher has it: a file in a browser. What is in it, test/unit/cli says.

const own = browserOfFile();
const { scratch } = own;

describe.each(["en", "zh"] as const)("the page of a class in %s", (language) => {
  const labs = Array.from({ length: 30 }, (_, index) =>
    inProgress(index % 2, { progress: begun, guests: "source: guest-doruz running", lab: `kvm1-${index}` }),
  );
  const record = { name: "kvm1", deadline: "2026-12-18T18:00:00+08:00" };
  const html = classPage(record, labs, { language, now: new Date(), title: () => "The experiment" });
  const file = join(scratch, `${language}.html`);
  writeFileSync(file, html);

  test("can be read without seeing it, asks for nothing, and complains of nothing", async () => {
    const { page, requests, messages } = await openFile(own.browser, pathToFileURL(file).href, {
      colorScheme: schemeOf[language],
    });
    expect(await accessFaults(page)).toEqual([]);
    expect(await page.getByRole("rowheader", { name: /张三/ }).count()).toBe(15);
    await page.screenshot({ fullPage: true, path: join(pictures, `class-${language}.png`) });
    expect([requests, messages]).toEqual([[], []]);
    await page.context().close();
  });

  test("is as wide as a phone: its tables are moved for themselves", async () => {
    const { page } = await openFile(own.browser, pathToFileURL(file).href, {
      ...{ viewport: phone, isMobile: true, hasTouch: true },
    });
    const widths = await page.evaluate("[document.documentElement.scrollWidth, innerWidth]");
    expect(widths).toEqual([phone.width, phone.width]);
    await page.context().close();
  });
});
