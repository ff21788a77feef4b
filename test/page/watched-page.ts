import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import axe from "axe-core";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll } from "vitest";

/** Stays, so that somebody can look at the pages; the next run writes it again. */
export const pictures = join(tmpdir(), "kvmlab-page-pictures");

/** Each language is read in one of both: colours do not depend on words, and a reading takes ten seconds of a busy machine. */
export const schemeOf = { en: "light", zh: "dark" } as const;

/** What the tests of a file have from its first one to its last. */
export interface BrowserOfFile {
  /** Debian's. */
  readonly browser: Browser;
  /** A folder for the pages. */
  readonly scratch: string;
}

/** Starts a browser before the tests of the file that calls this, and ends it after them. */
export function browserOfFile(): BrowserOfFile {
  const scratch = mkdtempSync(join(tmpdir(), "page-test-"));
  let browser: Browser | undefined;
  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true });
    browser = await chromium.launch({ executablePath: "/usr/bin/chromium", timeout: 60_000 });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(scratch, { recursive: true });
  });
  return {
    scratch,
    get browser() {
      if (browser === undefined) throw new Error("it starts before the first test");
      return browser;
    },
  };
}

/** A page opened from disk, with no network, and all that it said or asked for. */
export interface WatchedPage {
  readonly page: Page;
  /** Every request other than for the page itself; none of them got through. */
  readonly requests: readonly string[];
  /** What a browser's console shows, and what a script threw. */
  readonly messages: readonly string[];
}

export const phone = { width: 390, height: 844 };

/** Opens a file as a person does who was sent it, and lets nothing else in. */
export async function openFile(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ offline: true, ...options });
  const requests: string[] = [];
  const messages: string[] = [];
  context.on("request", (request) => {
    if (request.url() !== url) requests.push(request.url());
  });
  await context.route("**", (route) => (route.request().url() === url ? route.continue() : route.abort()));
  const page = await context.newPage();
  page.on("console", (message) => messages.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => messages.push(error.message));
  await page.goto(url, { waitUntil: "load" });
  return { page, requests, messages };
}

/** What axe finds wrong for people who cannot see the page, see it poorly, or use no mouse: one line for each rule. */
export async function accessFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<axe.AxeResults>("axe.run(document)");
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes[0]?.target} (${nodes.length}): ${nodes[0]?.failureSummary}`,
  );
}

/** How light a colour of the page is, from 0 (black) to 1 (white), by WCAG's formula. */
export function luminanceOf(page: Page, selector: string, property: string): Promise<number> {
  return page.evaluate<number>(`(() => {
    const colour = getComputedStyle(document.querySelector(${JSON.stringify(selector)}))[${JSON.stringify(property)}];
    return new axe.commons.color.Color().parseString(colour).getRelativeLuminance();
  })()`);
}

/** How many different colours a PNG has: an empty page has one. */
export async function coloursIn(browser: Browser, png: Buffer): Promise<number> {
  const page = await browser.newPage();
  try {
    return await page.evaluate<number>(`(async () => {
      const bytes = Uint8Array.from(atob("${png.toString("base64")}"), (letter) => letter.charCodeAt(0));
      const image = await createImageBitmap(new Blob([bytes]));
      const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
      canvas.drawImage(image, 0, 0);
      return new Set(new Uint32Array(canvas.getImageData(0, 0, image.width, image.height).data.buffer)).size;
    })()`);
  } finally {
    await page.close();
  }
}
