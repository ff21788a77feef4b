import fc from "fast-check";
import { expect, test } from "vitest";
import { rules } from "../../../../provider/preflight";
import { evaluate } from "../../../../provider/preflight/evaluate";
import { PreflightFailed, refuseIfAny } from "../../../../provider/preflight/preflight-failed";
import { neverWaived, waivable, waiverProblems } from "../../../../provider/preflight/waivers";
import { withDefinition } from "./sample-changes";
import { facts, host } from "./sample-facts";

const known = rules.map(({ code }) => code);
/** Its clock is ahead, and it has another name for itself than the source knows. */
const late = { target: { ...host("target"), clock: { ms: 60_000, uncertaintyMs: 1 } } };
const lost = { target: { ...late.target, migrationName: "kvm7" }, migrationNameResolvesTo: [] };

test("a waiver that takes effect is told, and the move may be made", () => {
  const { failures, waived, evaluations } = evaluate(facts(late), ["KVM-636"]);
  expect(failures).toEqual([]);
  expect(waived).toMatchObject([{ code: "KVM-636", found: expect.stringContaining("59.99 s ahead") }]);
  expect(evaluations.find(({ code }) => code === "KVM-636")?.verdict).toBe("waived");
});

test("a waiver that nothing needs is no waiver", () => {
  expect(evaluate(facts(), ["KVM-636"]).waived).toEqual([]);
});

test("what costs data is never waived", () => {
  for (const code of [
    "KVM-621",
    "KVM-622",
    "KVM-602",
    "KVM-628",
    "KVM-604",
    "KVM-608",
    "KVM-631",
    "KVM-634",
    "KVM-635",
  ]) {
    expect(waiverProblems([code], known)).toHaveLength(1);
  }
  expect(waiverProblems(["KVM-999"], known)[0]).toContain("no rule of preflight");
  expect(waiverProblems([...waivable.keys()], known)).toEqual([]);
});

test("of each rule it is said why it may be waived, or why not", () => {
  const said = [...waivable.keys(), ...neverWaived.keys()];
  expect(said.toSorted()).toEqual(known.toSorted());
  expect(waiverProblems(["KVM-621"], known)).toEqual([
    expect.stringContaining(
      "this rule cannot be waived: a guest that goes on with another disk destroys data",
    ),
  ]);
});

test("whatever is asked for, only what may be waived is, and nothing is lost", () => {
  const broken = facts({
    ...late,
    ...withDefinition({ commandline: "" }),
    onTarget: { state: "running" },
    ...lost,
  });
  const all = evaluate(broken).failures.map(({ facts: { code } }) => code);
  fc.assert(
    fc.property(fc.subarray(known), (waive) => {
      const { failures, waived } = evaluate(broken, waive);
      expect(
        [...failures.map(({ facts: { code } }) => code), ...waived.map(({ code }) => code)].sort(),
      ).toEqual([...all].sort());
      for (const { code } of waived) expect(waivable.has(code) && waive.includes(code)).toBe(true);
    }),
  );
});

test("one failure is thrown as it is, several as one error with all their codes", () => {
  const { failures } = evaluate(facts(lost));
  expect(() => refuseIfAny([])).not.toThrow();
  expect(() => refuseIfAny(failures.slice(0, 1))).toThrow(failures[0]);
  expect(() => refuseIfAny(failures)).toThrow(PreflightFailed);
  expect(() => refuseIfAny(failures)).toThrow(/KVM-632 on target\n[\s\S]*KVM-636 on source, target\n/);
});
