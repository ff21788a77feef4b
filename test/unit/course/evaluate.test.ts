import { execaSync } from "execa";
import { describe, expect, test } from "vitest";
import { languageOf } from "../../../cli/active-exercise";
import { asCheckUsage, usageCodeOf } from "../../../cli/report-error";
import { evaluate, type Seen, worthWaiting } from "../../../course/evaluate";
import type { Check, Role } from "../../../course/exercise";
import { lookScript, seenIn } from "../../../course/look";
import { LabError } from "../../../errors/lab-error";

const values = { guest: { name: "guest" } };
const words = (text: string) => ({ en: text, zh: text });
const check = (changed: Partial<Check> = {}): Check => ({
  ...{ name: "one", on: ["source", "target"], run: "true", waitSeconds: 0, weight: 1 },
  pass: words("{{guest.name}} is there"),
  fail: words("found {{seen.line}}"),
  hint: words("start {{guest.name}}"),
  ...changed,
});
const evaluated = (seen: Partial<Record<Role, Seen>>, changed: Partial<Check> = {}) => {
  const answers = new Map(Object.entries(seen) as [Role, Seen][]);
  const [result] = evaluate(
    [{ name: "step", checks: [check(changed)] }],
    new Map([["one", answers]]),
    values,
    "en",
  );
  return result;
};
const said = (exitCode: number, output = ""): Seen => ({ exitCode, output });

describe("a check", () => {
  test("passes where one of its servers passes", () => {
    expect(evaluated({ source: said(1), target: said(0) })).toMatchObject({
      verdict: "passed",
      text: "guest is there",
    });
  });
  test("fails with the first line that was seen", () => {
    expect(evaluated({ source: said(2, "\nno such\nsecond"), target: said(1) })).toMatchObject({
      verdict: "failed",
      text: "found no such",
      hint: "start guest",
    });
  });
  test("needs what it prints to match, values taken literally", () => {
    const stdout = "^{{guest.name}} on$";
    expect(evaluated({ source: said(0, "x\nguest on\n") }, { stdout })?.verdict).toBe("passed");
    expect(evaluated({ source: said(0, "guest off\n") }, { stdout })?.verdict).toBe("failed");
    expect(evaluated({ source: said(1, "guest on\n") }, { stdout })?.verdict).toBe("failed");
  });
  test("of a server that did not answer is not known", () => {
    expect(evaluated({ source: undefined })?.verdict).toBe("unknown");
  });
});

test("it is waited as long as all that is wrong may be waited for", () => {
  const result = (verdict: "passed" | "failed", waitSeconds: number) => ({
    ...{ step: "s", check: "c", text: "", seen: "", hint: "", weight: 1 },
    ...{ verdict, waitSeconds },
  });
  expect(worthWaiting([result("failed", 60), result("passed", 0)], 59)).toBe(true);
  expect(worthWaiting([result("failed", 60), result("passed", 0)], 60)).toBe(false);
  expect(worthWaiting([result("failed", 60), result("failed", 0)], 1)).toBe(false);
  expect(worthWaiting([result("passed", 60)], 1)).toBe(false);
});

test("one script answers for all checks, whatever they do", () => {
  const checks = [
    { name: "ends", run: "echo gone; exit 3" },
    { name: "reads", run: "cat; echo '=token:ends'" },
    { name: "complains", run: "echo oh >&2; false" },
    { name: "names", run: "echo {{guest.name}}" },
  ];
  const { stdout } = execaSync("sh", ["-s"], { input: lookScript(checks, values, "token1") });
  const seen = (name: string) => seenIn(stdout, "token1", name);
  expect(seen("ends")).toMatchObject({ exitCode: 3, output: "gone\n" });
  expect(seen("reads")).toMatchObject({ exitCode: 0, output: "=token:ends\n" });
  expect(seen("complains")).toMatchObject({ exitCode: 1, output: "oh\n" });
  expect(seen("names")).toMatchObject({ exitCode: 0, output: "guest\n" });
  // A server that was cut off in the middle.
  expect(seenIn("\n=token1:ends\ngone", "token1", "ends")).toBeUndefined();
});

test("the language is what is said, or the environment's", () => {
  expect(languageOf("zh", { LANG: "en_US.UTF-8" })).toBe("zh");
  expect(languageOf(undefined, { LANG: "zh_CN.UTF-8" })).toBe("zh");
  expect(languageOf(undefined, { LC_ALL: "C", LANG: "zh_CN.UTF-8" })).toBe("en");
  expect(languageOf(undefined, {})).toBe("en");
});

test("a check that could not begin ends with 3, because 2 is nothing to check", async () => {
  const error = new LabError({ code: "KVM-951", expected: "a step", found: "x", fix: "y" });
  expect(await asCheckUsage(() => Promise.reject(error))).toBe(3);
  expect(await asCheckUsage(async () => 1)).toBe(1);
  expect([usageCodeOf("check"), usageCodeOf("up")]).toEqual([3, 2]);
});
