import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LabError } from "../../../../errors/lab-error";
import { type DomainOnHost, isActive, presenceOf } from "../../../../provider/host/domain-on-host";
import { type Decision, decide } from "../../../../provider/migrate/decide";
import type { MigrationOptions } from "../../../../provider/migrate/options";
import { mayResume, offlineOutcomeOf, outcomeOf } from "../../../../provider/migrate/outcome";
import { workOn } from "../../../../provider/migrate/when-idle";

type Mode = MigrationOptions["mode"];

const on = (host: string, state?: string, uuid = "u1"): DomainOnHost => ({
  host,
  list: state === undefined ? [] : [{ name: "guest", state }],
  ...(state === undefined ? {} : { domain: { name: "guest", uuid, state, persistent: true } }),
});

const codeOf = (seen: DomainOnHost[], mode: Mode = "live"): string | Decision => {
  try {
    return decide("guest", "target", seen, mode);
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

describe("the way of moving decides what may move", () => {
  const toTarget = { action: "move", from: "source", to: "target" };
  const cases: [string, Mode, DomainOnHost[], string | Decision][] = [
    ["offline, shut off", "offline", [on("source", "shut off"), on("target")], toTarget as Decision],
    [
      "offline, defined on both",
      "offline",
      [on("source", "shut off"), on("target", "shut off")],
      { action: "stay", on: "target" },
    ],
    [
      "offline, two definitions elsewhere",
      "offline",
      [on("source", "shut off"), on("third", "shut off"), on("target")],
      "KVM-604",
    ],
    ["live, shut off", "live", [on("source", "shut off"), on("target")], "KVM-604"],
    ["paused, paused", "paused", [on("source", "paused"), on("target")], toTarget as Decision],
    ["hybrid, running", "hybrid", [on("source", "running"), on("target")], toTarget as Decision],
  ];
  test.each(cases)("%s", (_name, mode, seen, expected) => {
    expect(codeOf(seen, mode)).toEqual(expected);
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

const withReason = (seen: DomainOnHost, reason: string): DomainOnHost =>
  seen.domain === undefined ? seen : { ...seen, domain: { ...seen.domain, reason } };

test("a copy without all of its memory has never arrived, whatever its state is called", () => {
  fc.assert(
    fc.property(state, state, fc.boolean(), (a, b, onTarget) => {
      const [source, target] = [on("source", a), on("target", b)];
      const broken = (seen: DomainOnHost) => withReason(seen, "post-copy failed");
      fc.pre((onTarget ? b : a) !== undefined);
      const outcome = onTarget ? outcomeOf(source, broken(target)) : outcomeOf(broken(source), target);
      expect(outcome).toBe("post-copy-failed");
    }),
  );
});

test("a definition has arrived when the target has it and nothing runs", () => {
  expect(offlineOutcomeOf(on("source"), on("target", "shut off"))).toBe("arrived");
  expect(offlineOutcomeOf(on("source", "shut off"), on("target", "shut off"))).toBe("arrived");
  expect(offlineOutcomeOf(on("source", "shut off"), on("target"))).toBe("stayed");
  expect(offlineOutcomeOf(on("source"), on("target"))).toBe("not-running");
  expect(offlineOutcomeOf(on("source", "running"), on("target", "shut off"))).toBe("stayed");
});

test("only the one copy of a guest that the move suspended is ever resumed", () => {
  const reason = fc.constantFrom(
    "migrating",
    "user",
    "I/O error",
    "post-copy",
    "post-copy failed",
    "crashed",
  );
  fc.assert(
    fc.property(state, state, reason, reason, fc.boolean(), (a, b, here, there, ours) => {
      const [source, target] = [withReason(on("source", a), here), withReason(on("target", b), there)];
      const outcome = outcomeOf(source, target);
      for (const seen of [source, target]) {
        if (!mayResume(outcome, seen, ours)) continue;
        expect(ours).toBe(true);
        expect([source, target].filter(({ domain }) => isActive(domain?.state))).toHaveLength(1);
      }
    }),
  );
});

describe("a broken post-copy", () => {
  const halves = [
    withReason(on("source", "paused"), "post-copy failed"),
    withReason(on("target", "running"), "post-copy failed"),
    on("third"),
  ];

  test("is taken up where it goes, and by post-copy only", () => {
    expect(codeOf(halves, "hybrid")).toEqual({ action: "move", from: "source", to: "target", takeUp: true });
    expect(codeOf(halves, "live")).toBe("KVM-614");
  });

  test("never goes elsewhere, and never begins anew", () => {
    const elsewhere = [
      withReason(on("source", "paused"), "post-copy failed"),
      withReason(on("third", "running"), "post-copy failed"),
      on("target"),
    ];
    expect(codeOf(elsewhere, "hybrid")).toBe("KVM-614");
    expect(codeOf([on("source"), withReason(on("target", "running"), "post-copy failed")], "hybrid")).toBe(
      "KVM-614",
    );
  });

  test("is not waited for: its job stays until it is taken up", () => {
    const working = halves.map((seen) =>
      seen.domain === undefined ? seen : { ...seen, domain: { ...seen.domain, runningJob: "Unbounded" } },
    );
    expect(workOn(working)).toBeUndefined();
  });
});
