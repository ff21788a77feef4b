import { XMLValidator } from "fast-xml-parser";
import Handlebars from "handlebars";
import { beforeAll, describe, expect, test } from "vitest";
import type { Forecast } from "../../../provider/sdk/forecast";
import { isMissing } from "../../../provider/sdk/measurement";
import { comparePage } from "../../../report/compare-page";
import { figureList } from "../../../report/figure-list";
import { figureName } from "../../../report/figure-name";
import { headline } from "../../../report/headline";
import { metricsText } from "../../../report/metrics";
import { reportPage } from "../../../report/report-page";
import { type Language, languages } from "../../../report/texts";
import { blindMove, sampleMove, tenMoves } from "./sample-moves";

const ten = tenMoves();
const bothLanguages = Object.keys(languages) as Language[];

/** HTML whose void elements are closed is XML: so a mistake in its structure shows. */
function structureOf(html: string): ReturnType<typeof XMLValidator.validate> {
  const asXml = html.replace(/^<!doctype html>\n/, "").replaceAll(/<meta([^>]*)>/g, "<meta$1/>");
  return XMLValidator.validate(asXml, { allowBooleanAttributes: false });
}

const count = (html: string, what: RegExp) => [...html.matchAll(what)].length;

function looksWell(html: string): void {
  expect(structureOf(html)).toBe(true);
  // Nothing is fetched: no link, no image, no script, no font, no import.
  expect(html).not.toMatch(
    /\b(?:src|href|srcset|data|poster|action)\s*=|url\(|@import|<script|<link|<iframe/i,
  );
  expect(html).not.toMatch(/https?:/);
  const plots = count(html, /<svg /g);
  // A table in each figure, below its plot.
  expect(count(html, /<figure>[\s\S]*?<table>[\s\S]*?<\/figure>/g)).toBe(plots);
  expect(count(html, /role="img" aria-label="[^"]{20,}"/g)).toBe(plots);
  expect(count(html, /<table>/g)).toBe(count(html, /<caption>/g));
  expect(html).not.toMatch(/undefined|NaN|\[object/);
}

describe.each(bothLanguages)("the report in %s", (language) => {
  let html: string;
  beforeAll(async () => {
    html = await reportPage("dev", [sampleMove()], language);
  });

  test("is one sound page, with a table behind each of its plots", () => {
    looksWell(html);
    expect(count(html, /<svg /g)).toBe(3);
    expect(html).toContain(`<html lang="${languages[language].languageCode}">`);
  });

  test("has all figures, phases, proofs, the command and the versions", () => {
    const texts = languages[language];
    const names = [...figureList.map((kind) => figureName(kind, texts)), ...Object.values(texts.phases)];
    expect(names.filter((name) => !html.includes(Handlebars.escapeExpression(name)))).toEqual([]);
    expect(html).toContain("virsh migrate --live --persistent");
    expect(html).toContain("Linux 6.1, QEMU 7.2");
    expect(html).toContain(texts.verdicts.unproved);
  });

  test("shows the copy of a move that was over before libvirt was looked at, by its last figures", async () => {
    const short = sampleMove();
    const last = { elapsedMs: 1234, iteration: 5, remainingMiB: 0, bandwidthMiBps: 88.25 };
    const move = { ...short.move, events: [{ phase: "start" }, { phase: "completed", ...last }] };
    const page = await reportPage("dev", [{ ...short, move }], language);
    looksWell(page);
    expect(count(page, /<svg /g)).toBe(3);
    expect(page.replaceAll(/\s+/g, "")).toContain(">1.2</th><td>5</td><td>0.0</td><td>88.3</td><td>–</td>");
    const silent = { ...short, move: { ...short.move, events: [{ phase: "start" }] } };
    expect(count(await reportPage("dev", [silent], language), /<svg /g)).toBe(2);
  });

  test("has what was expected of the move next to what happened, or why nothing was", async () => {
    const texts = languages[language];
    expect(html).toContain(texts.headings.forecast);
    expect(html).toContain(texts.missing("none was made"));
    const { move, ...sample } = sampleMove();
    const forecast: Forecast = {
      ...{ memoryMiB: 60, storageMiB: 0, converges: true, ending: "pre-copy", alternatives: [] },
      bandwidth: { MiBps: 12.5, from: "last-move", ageSeconds: 60 },
      unlimited: { missing: "not known" },
      dirtyRate: { missing: "<b>too small</b>" },
      ...{ passes: 3, dataMiB: 71, jobMs: 12_200, totalMs: 13_000, downtimeMs: 20, maxDowntimeMs: 300 },
    };
    const told = { ...move, measurement: { ...move.measurement, forecast } };
    const page = await reportPage("dev", [{ ...sample, move: told }], language);
    looksWell(page);
    // The job took 6.1 s, and carried 71 MiB.
    expect(page.replaceAll(/\s+/g, "")).toContain("</th><td>12.2</td><td>6.1</td><td>+100%</td>");
    expect(page.replaceAll(/\s+/g, "")).toContain("</th><td>71</td><td>71</td><td>0%</td>");
    expect(page).toContain(texts.forecast.sources["last-move"]);
    expect(page).toContain("&lt;b&gt;too small");
  });

  test("escapes what machines said, and tells on what it was measured", () => {
    expect(html).toContain("the probe did not answer &lt;b&gt;");
    expect(html).toContain("A processor &amp; more");
    expect(html).toContain(languages[language].emulated);
  });
});

describe("a move's headline", () => {
  const { move } = sampleMove(0, { outage: { from: 6000, to: 6200 } });
  const proof = (name: string, verdict: "proved" | "failed" | "unproved") => ({ name, verdict, facts: "" });

  test("says where the guest went, how long that took, how long it was silent, and what was proved", () => {
    expect(headline(move, languages.en)).toBe(
      "guest moved from source to target in 6.2 s and did not answer for 200 ms. 2 of 3 proofs hold. Not proved: disk-sequence.",
    );
    expect(headline(move, languages.zh)).toBe(
      "guest 从 source 迁移到 target，用时 6.2 s，其间有 200 ms 没有响应。3 项证明中有 2 项成立。未能证明：disk-sequence。",
    );
  });

  test("claims no silence that does not stand out, and none that was not looked for", () => {
    const { measurement } = move;
    if (isMissing(measurement.downtime)) throw new Error("it was measured");
    const usual = { ...measurement, downtime: { ...measurement.downtime, ms: 31, distinct: false } };
    expect(headline({ ...move, measurement: usual }, languages.en)).toMatch(
      /in 6\.2 s; no gap in its answers was longer than those before the move \(at most 31 ms\)\./,
    );
    expect(headline(blindMove().move, languages.en)).toMatch(/how long it did not answer was not measured\./);
    const lost = { ...measurement, total: { missing: "the log was cut" } };
    expect(headline({ ...move, measurement: lost }, languages.en)).toMatch(
      /^guest moved from source to target and /,
    );
  });

  test("names what failed", () => {
    const proofs = [
      proof("same-uuid", "proved"),
      proof("same-boot", "failed"),
      proof("memory-kept", "failed"),
    ];
    expect(headline({ ...move, proofs }, languages.en)).toMatch(
      / 1 of 3 proofs hold\. Failed: same-boot, memory-kept\.$/,
    );
    const all = [proof("same-uuid", "proved"), proof("same-boot", "proved")];
    expect(headline({ ...move, proofs: all }, languages.en)).toMatch(/\. All 2 proofs hold\.$/);
    expect(headline({ ...move, proofs: [] }, languages.en)).toMatch(/200 ms\.$/);
  });
});

describe("a report of what could not be measured", () => {
  test("has no word of it outside of what is folded", async () => {
    const seen = (await reportPage("dev", [blindMove()], "en")).replaceAll(
      /<details[\s\S]*?<\/details>/g,
      "",
    );
    expect(seen).not.toContain("missing:");
    expect(seen).toContain("Total migration time");
    expect(seen).not.toContain("Downtime, as observed");
  });

  test("says so, with the reason, and draws nothing", async () => {
    const { samples: _gone, ...without } = blindMove();
    const blind = await reportPage("dev", [blindMove(), { ...without, samples: undefined }], "en");
    looksWell(blind);
    expect(blind).toContain("missing: no observer and probe are given");
    expect(blind).toContain("missing: no probe was answered");
    expect(blind).toContain("missing: no samples were kept of this move");
  });
});

describe("ten moves", () => {
  test("are less than 2 MB, and made in less than 5 s", async () => {
    const begun = process.cpuUsage();
    const html = await reportPage("dev", ten, "zh");
    const { user, system } = process.cpuUsage(begun);
    looksWell(html);
    expect(Buffer.byteLength(html)).toBeLessThan(2_000_000);
    // Of the processor's time: other tests run beside this one.
    expect((user + system) / 1e6).toBeLessThan(5);
  });

  test("are compared by median and spread, over those that have the figure", async () => {
    for (const language of bothLanguages) {
      const html = await comparePage([...ten, blindMove()], language);
      looksWell(html);
      const texts = languages[language];
      expect(html).toContain(texts.of(10, 11));
      expect(html).toMatch(/\d+\.\d ms … [34]\d\d\.\d ms/);
    }
  });

  test("are metrics of the newest move each way, in base units", async () => {
    const text = await metricsText([...ten, blindMove()].map(({ move }) => move));
    const labels = (from: string, to: string) => `{lab="dev",guest="guest",from="${from}",to="${to}"}`;
    const downtime = new RegExp(
      `^kvmlab_migration_downtime_seconds${labels("source", "target")} (\\S+)$`,
      "m",
    );
    expect(Number(downtime.exec(text)?.[1])).toBeCloseTo(0.36, 1);
    expect(text).toMatch(/^kvmlab_migration_figure_missing\{.*figure="downtime",reason="no observer.*\} 1$/m);
    expect(text).toContain(`kvmlab_migration_measured${labels("source", "target")} 5`);
    expect(text).toMatch(/^# TYPE kvmlab_migration_total_time_seconds gauge$/m);
    expect(text).toMatch(/^kvmlab_migration_phase_seconds\{.*phase="switch-over"\} /m);
  });
});
