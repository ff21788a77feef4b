import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LabError } from "../../../../errors/lab-error";
import { type DomainOnHost, isActive, presenceOf } from "../../../../provider/host/domain-on-host";
import { type Decision, decide } from "../../../../provider/migrate/decide";
import { outcomeOf } from "../../../../provider/migrate/outcome";

const on = (host: string, state?: string, uuid = "u1"): DomainOnHost => ({
  host,
  list: state === undefined ? [] : [{ name: "guest", state }],
  ...(state === undefined ? {} : { domain: { uuid, state, persistent: true } }),
});

const codeOf = (seen: DomainOnHost[]): string | Decision => {
  try {
    return decide("guest", "target", seen);
  } catch (error) {
    return error instanceof LabError ? error.facts.code : String(error);
  }
};

describe("where a guest is decides what is done", () => {
  test.each([
    [
      "runs on source",
      [on("source", "running"), on("target")],
      { action: "move", from: "source", to: "target" },
    ],
    ["runs on target already", [on("source"), on("target", "running")], { action: "stay", on: "target" }],
    ["paused on target", [on("source"), on("target", "paused")], { action: "stay", on: "target" }],
    ["nowhere", [on("source"), on("target")], "KVM-601"],
    [
      "its own definition was left on target by a move without --undefinesource",
      [on("source", "running"), on("target", "shut off")],
      { action: "move", from: "source", to: "target" },
    ],
    ["two running copies", [on("source", "running"), on("target", "running")], "KVM-603"],
    ["a copy paused beside a running one", [on("source", "running"), on("target", "paused")], "KVM-608"],
    ["shut off", [on("source", "shut off"), on("target")], "KVM-604"],
    [
      "paused on source: whether that one may move is for preflight to say",
      [on("source", "paused"), on("target")],
      { action: "move", from: "source", to: "target" },
    ],
  ])("%s", (_name, seen, expected) => {
    expect(codeOf(seen)).toEqual(expected);
  });
});

const state = fc.constantFrom(
  undefined,
  "running",
  "paused",
  "shut off",
  "crashed",
  "in shutdown",
  "idle",
  "pmsuspended",
);

test("nothing is ever moved beside another copy, or without exactly one active one", () => {
  fc.assert(
    fc.property(state, state, state, (a, b, c) => {
      const seen = [on("source", a), on("target", b), on("third", c)];
      const decision = codeOf(seen);
      if (typeof decision === "string" || decision.action !== "move") return;
      expect(seen.filter(({ domain }) => isActive(domain?.state))).toHaveLength(1);
      expect(isActive(seen.find(({ host }) => host === decision.from)?.domain?.state)).toBe(true);
      expect(["absent", "off"]).toContain(presenceOf(seen.find(({ host }) => host === decision.to)?.domain));
    }),
  );
});

test("every pair of states has an outcome: arrived means running on the target only, in doubt nothing is decided", () => {
  fc.assert(
    fc.property(state, state, (a, b) => {
      const [source, target] = [on("source", a), on("target", b)];
      const outcome = outcomeOf(source, target);
      const [here, there] = [presenceOf(source.domain), presenceOf(target.domain)];
      const memories = [here, there].filter((presence) => presence === "running" || presence === "paused");
      expect(outcome === "arrived").toBe(there === "running" && memories.length === 1);
      expect(outcome === "stayed").toBe(here === "running" && memories.length === 1);
      expect(outcome === "two-copies").toBe(here === "running" && there === "running");
      expect(outcome === "not-running").toBe(memories.length === 0);
      expect(outcome === "under-way").toBe(memories.length === 2 && outcome !== "two-copies");
    }),
  );
});
