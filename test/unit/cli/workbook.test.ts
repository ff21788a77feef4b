import { describe, expect, test } from "vitest";
import { workbookPage } from "../../../cli/workbook-page";
import type { CheckResult } from "../../../course/evaluate";
import { exerciseNames, readExercise } from "../../../course/read-exercises";
import { chapterOf } from "./workbook-chapter";

const result = (check: string, verdict: CheckResult["verdict"], text: string): CheckResult => ({
  ...{ step: "names", check, verdict, text, seen: "", hint: "", weight: 1, waitSeconds: 0 },
});

describe.each(["en", "zh"] as const)("a workbook in %s", (language) => {
  test.each(exerciseNames())("of %s: with the lab's own values, and none left open", (name) => {
    const html = workbookPage([chapterOf(name)], language, false);
    expect(html).not.toMatch(/\{\{|\}\}|undefined|\[object/);
    expect(html).toContain("10.99.0.3");
    expect(html).not.toContain("10.77.0.");
    expect(html).toContain("--lab mine");
    expect(html).not.toContain("<blockquote>");
    expect(html.match(/<textarea/g)?.length).toBeGreaterThan(readExercise(name).steps.length);
  });

  test.each(exerciseNames())("of %s for the teacher has solutions and answers, and no room", (name) => {
    const html = workbookPage([chapterOf(name)], language, true);
    expect(html).toContain("<blockquote>");
    expect(html).not.toMatch(/<(textarea|input)/);
    const typed = readExercise(name).steps.flatMap(({ solution }) => solution.flatMap(({ run }) => run));
    expect(html.match(/root@|\$ (?:\.\/lab|virsh)/g)?.length).toBeGreaterThanOrEqual(typed.length);
  });
});

test("the state of a check is shown where it was looked at", () => {
  const results = [
    result("names-nfs", "passed", "yes"),
    result("names-source", "failed", "On source <nothing> is found."),
  ];
  const html = workbookPage([chapterOf("experiment", results)], "en", false);
  expect(html).toContain("✔ passed");
  expect(html).toContain("✘ On source &lt;nothing&gt; is found.");
  expect(workbookPage([chapterOf("experiment")], "en", false)).not.toMatch(/✔ passed|✘/);
});

test("several exercises are chapters of one book", () => {
  const html = workbookPage([chapterOf("experiment"), chapterOf("experiment")], "en", false);
  expect(html).toContain("<title>Workbook</title>");
  expect(html).toMatch(/<h2>1\. The experiment by hand<\/h2>[\s\S]*<h2>2\.1\. /);
  expect(html.match(/<label>Name</g)).toHaveLength(1);
});
