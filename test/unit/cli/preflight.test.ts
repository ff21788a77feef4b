import { expect, test } from "vitest";
import { checkWaivers, type LabPreflight, preflightTable } from "../../../cli/preflight";

const result: LabPreflight = {
  lab: "dev",
  guest: "guest",
  from: "source",
  to: "target",
  passed: false,
  tookMs: 2_140,
  placing: "guestRunsOn=target",
  rules: [
    { rule: "nx-match", code: "KVM-627", verdict: "pass", found: "NX is on on both", fix: "" },
    {
      rule: "clock-skew",
      code: "KVM-636",
      verdict: "fail",
      found: "target is 4.00 s behind source",
      fix: "timedatectl set-ntp true",
    },
  ],
};

test("a rule that speaks against the move has what was found, and what fixes it, in its row", () => {
  const lines = preflightTable(result).split("\n");
  expect(lines.find((line) => line.includes("KVM-636"))).toMatch(
    /clock-skew +fail +target is 4\.00 s behind source +timedatectl set-ntp true/,
  );
  expect(lines.at(-1)).toBe(
    "guest cannot move from source to target: 1 of 2 rules speak against it (looked in 2.1 s)",
  );
});

test("a move that nothing speaks against says how it is made", () => {
  const [, rule] = result.rules;
  const text = preflightTable({
    ...result,
    passed: true,
    rules: rule ? [{ ...rule, verdict: "pass" }] : [],
  });
  expect(text).toContain("guest can move from source to target: ./lab up -c guestRunsOn=target");
});

test("a rule that is waived is shown as waived, and the move needs to be told so too", () => {
  const waived = result.rules.map((rule) =>
    rule.verdict === "fail" ? { ...rule, verdict: "waived" as const } : rule,
  );
  const lines = preflightTable({ ...result, passed: true, rules: waived }).split("\n");
  expect(lines.find((line) => line.includes("KVM-636"))).toMatch(/clock-skew +waived +target is 4\.00 s/);
  expect(lines.at(-1)).toContain("./lab up -c guestRunsOn=target -c waive=KVM-636 ");
});

test("only what may be waived is taken from the command line", () => {
  expect(() => checkWaivers(["KVM-636", "KVM-633"])).not.toThrow();
  expect(() => checkWaivers(["KVM-636", "KVM-621"])).toThrow(/KVM-913[\s\S]*this rule cannot be waived/);
  expect(() => checkWaivers(["clock"])).toThrow(/no rule of preflight/);
});

test("a guest that is where it should be needs no rule", () => {
  expect(preflightTable({ ...result, from: "target", rules: [] })).toBe(
    "guest runs on target already: there is nothing to move",
  );
});
