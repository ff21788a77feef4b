import { expect, test } from "vitest";
import { checkWaivers, type LabPreflight, preflightTable } from "../../../cli/preflight";

const result: LabPreflight = {
  lab: "dev",
  guest: "guest",
  from: "source",
  to: "target",
  passed: false,
  tookMs: 2_140,
  forecast: {
    memoryMiB: 88,
    storageMiB: 0,
    bandwidth: { MiBps: 11, from: "ssh", ageSeconds: 7200 },
    unlimited: { MiBps: 11, from: "ssh", ageSeconds: 7200 },
    dirtyRate: { MiBps: 16, mode: "page-sampling" },
    converges: false,
    ending: "abort",
    passes: 20,
    dataMiB: 1738,
    jobMs: 158_000,
    totalMs: 158_000,
    downtimeMs: 0,
    maxDowntimeMs: 300,
    alternatives: [{ way: "post-copy", jobMs: 16_000, downtimeMs: 0 }],
  },
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
  expect(lines.find((line) => line.includes("can move"))).toContain(
    "./lab up -c guestRunsOn=target -c waive=KVM-636 ",
  );
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

test("a move that nothing speaks against has its forecast, and what to do where it does not converge", () => {
  const lines = preflightTable({ ...result, passed: true }).split("\n");
  expect(lines.slice(-3)).toEqual([
    "forecast: does not converge; the move would be given up after 158.0 s, the guest stays where it is",
    "computed from: memory 88 MiB, bandwidth 11 MiB/s (measured over SSH, 2 h ago; without encryption it may be more); the guest writes 16 MiB/s (page-sampling)",
    'with mode: "postCopy" it would end: about 16.0 s, downtime of the switch alone',
  ]);
  const unknown = { ...result, passed: true, forecast: { missing: "not measured: why" } };
  expect(preflightTable(unknown).split("\n").at(-1)).toBe("no forecast: not measured: why");
});
