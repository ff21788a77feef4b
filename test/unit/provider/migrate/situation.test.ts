import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DomainOnHost } from "../../../../provider/host/domain-on-host";
import { type Copy, copyOf, type Situation, situationOf } from "../../../../provider/migrate/situation";
import { on, outgoing, viewOn } from "../host/sample-views";

/** How virsh shows each kind of copy. */
const shown: Readonly<Record<Copy, (host: string) => DomainOnHost>> = {
  absent: (host) => on(host),
  off: (host) => on(host, "shut off", "destroyed"),
  running: (host) => on(host, "running", "booted"),
  paused: (host) => on(host, "paused", "user"),
  incoming: (host) => on(host, "paused", "migrating"),
  "post-copy source": (host) => on(host, "paused", "post-copy"),
  "post-copy target": (host) => on(host, "running", "post-copy"),
  "broken source": (host) => on(host, "paused", "post-copy failed"),
  "broken target": (host) => on(host, "running", "post-copy failed"),
};
const kinds = Object.keys(shown) as Copy[];

describe("what a host has of the guest", () => {
  test.each(kinds)("%s", (kind) => {
    expect(copyOf(shown[kind]("source"))).toBe(kind);
  });

  test.each<[string, string, Copy]>([
    ["crashed", "panicked", "paused"],
    ["pmsuspended", "", "paused"],
    ["in shutdown", "user", "running"],
    ["idle", "", "running"],
    ["paused", "I/O error", "paused"],
    ["a state of a later libvirt", "", "running"],
  ])("%s (%s) counts as %s", (state, reason, expected) => {
    expect(copyOf(on("source", state, reason))).toBe(expected);
  });

  test("the source of a move stands still at its end, and is no copy that is being filled", () => {
    expect(copyOf(on("source", "paused", "migrating", outgoing))).toBe("paused");
  });
});

const moving = (host: string, state = "running", reason = "booted") => on(host, state, reason, outgoing);
const busy = (host: string, state = "running") => on(host, state, "", { runningJob: "Unbounded" });
const { absent, off, running, paused, incoming } = shown;
const half = {
  source: shown["post-copy source"],
  target: shown["post-copy target"],
  brokenSource: shown["broken source"],
  brokenTarget: shown["broken target"],
};

type Row = [string, readonly DomainOnHost[], readonly string[], Situation];

describe("the table", () => {
  test.each<Row>([
    ["nowhere", [absent("a"), absent("b")], [], { kind: "absent" }],
    ["defined", [off("a"), absent("b"), off("c")], [], { kind: "off", on: ["a", "c"] }],
    ["runs", [running("a"), absent("b")], [], { kind: "running", on: "a", job: false }],
    [
      "runs, with a definition left elsewhere",
      [running("a"), off("b")],
      [],
      { kind: "running", on: "a", job: false },
    ],
    ["runs, while another host is silent", [running("a")], ["b"], { kind: "running", on: "a", job: false }],
    ["runs, and is saved just now", [busy("a")], [], { kind: "running", on: "a", job: true }],
    ["stands still", [absent("a"), paused("b")], [], { kind: "paused", on: "b", why: "user", job: false }],
    [
      "stands still, and is dumped just now",
      [busy("a", "paused")],
      [],
      { kind: "paused", on: "a", why: "", job: true },
    ],
    [
      "is moved, and the target is not seen yet",
      [moving("a"), absent("b")],
      [],
      { kind: "moving", from: "a", to: undefined, switched: false },
    ],
    [
      "is moved",
      [moving("a"), absent("b"), incoming("c")],
      [],
      { kind: "moving", from: "a", to: "c", switched: false },
    ],
    [
      "is moved to a host that is silent",
      [moving("a")],
      ["b"],
      { kind: "moving", from: "a", to: undefined, switched: false },
    ],
    [
      "is handed over",
      [moving("a", "paused", "migrating"), running("b")],
      [],
      { kind: "moving", from: "a", to: "b", switched: false },
    ],
    ["has two copies", [running("a"), absent("b"), running("c")], [], { kind: "two copies", on: ["a", "c"] }],
    [
      "has a copy that stands still beside the one that runs",
      [running("a"), paused("b")],
      [],
      { kind: "second copy", running: "a", standing: ["b"] },
    ],
    [
      "is left half filled where libvirt did not clean up",
      [running("a"), incoming("b")],
      [],
      { kind: "second copy", running: "a", standing: ["b"] },
    ],
    [
      "has two copies that stand still",
      [paused("a"), incoming("b")],
      [],
      { kind: "second copy", running: undefined, standing: ["a", "b"] },
    ],
    [
      "is half filled, and nobody fills it",
      [absent("a"), incoming("b")],
      [],
      { kind: "second copy", running: undefined, standing: ["b"] },
    ],
    [
      "is half filled, perhaps by the host that is silent",
      [incoming("b")],
      ["a"],
      { kind: "unknown", silent: ["a"] },
    ],
    ["is not seen, and a host is silent", [absent("a")], ["b"], { kind: "unknown", silent: ["b"] }],
    ["is shut off, and a host is silent", [off("a")], ["b"], { kind: "unknown", silent: ["b"] }],
    ["is seen by nobody", [], ["a", "b"], { kind: "unknown", silent: ["a", "b"] }],
  ])("before a switch to post-copy: %s", (_name, seen, silent, expected) => {
    expect(situationOf(viewOn(seen, silent))).toEqual(expected);
  });

  test.each<Row>([
    [
      "fetches its memory",
      [half.source("a"), half.target("b"), absent("c")],
      [],
      { kind: "moving", from: "a", to: "b", switched: true },
    ],
    [
      "was looked at before the switch on one side, after it on the other",
      [moving("a"), half.target("b")],
      [],
      { kind: "moving", from: "a", to: "b", switched: true },
    ],
    [
      "has everything, and the source is still at its job",
      [on("a", "paused", "post-copy", outgoing), running("b")],
      [],
      { kind: "moving", from: "a", to: "b", switched: true },
    ],
    [
      "switches, and the target is not seen yet",
      [on("a", "paused", "post-copy", outgoing), absent("b")],
      [],
      { kind: "moving", from: "a", to: undefined, switched: true },
    ],
    [
      "broke, which one side does not know yet",
      [half.source("a"), half.brokenTarget("b")],
      [],
      { kind: "moving", from: "a", to: "b", switched: true },
    ],
    [
      "broke, and the target has everything",
      [half.brokenSource("a"), running("b")],
      [],
      { kind: "post-copy complete", from: "a", to: "b" },
    ],
    [
      "broke",
      [half.brokenSource("a"), half.brokenTarget("b")],
      [],
      { kind: "post-copy broken", from: "a", to: "b" },
    ],
    [
      "broke, and a host beside both is silent",
      [half.brokenSource("a"), half.brokenTarget("b")],
      ["c"],
      { kind: "post-copy broken", from: "a", to: "b" },
    ],
    [
      "broke, and the target is gone",
      [half.brokenSource("a"), off("b")],
      [],
      { kind: "half lost", on: "a", half: "source" },
    ],
    [
      "broke, and the target crashed",
      [half.brokenSource("a"), on("b", "crashed", "panicked")],
      [],
      { kind: "half lost", on: "a", half: "source" },
    ],
    [
      "broke, and the source is gone",
      [absent("a"), half.brokenTarget("b")],
      [],
      { kind: "half lost", on: "b", half: "target" },
    ],
    ["broke, and the target is silent", [half.brokenSource("a")], ["b"], { kind: "unknown", silent: ["b"] }],
    ["broke, and the source is silent", [half.brokenTarget("b")], ["a"], { kind: "unknown", silent: ["a"] }],
    [
      "broke, and the target stands still: whether it has everything is not known",
      [half.brokenSource("a"), on("b", "paused", "I/O error")],
      [],
      { kind: "second copy", running: undefined, standing: ["b"] },
    ],
    [
      "stands still on the target while it fetches its memory",
      [on("a", "paused", "post-copy", outgoing), on("b", "paused", "I/O error")],
      [],
      { kind: "moving", from: "a", to: "b", switched: true },
    ],
    [
      "was started elsewhere while a half runs",
      [running("a"), half.brokenTarget("b")],
      [],
      { kind: "two copies", on: ["a", "b"] },
    ],
    [
      "runs on two hosts, whoever has a half",
      [half.brokenSource("a"), running("b"), running("c")],
      [],
      { kind: "two copies", on: ["b", "c"] },
    ],
  ])("after it: %s", (_name, seen, silent, expected) => {
    expect(situationOf(viewOn(seen, silent))).toEqual(expected);
  });
});

/** Any number of hosts, each with any copy, with or without a job, or silent. */
const anyHost = fc.record({
  copy: fc.constantFrom<Copy | "silent">(...kinds, "silent"),
  job: fc.constantFrom({}, {}, outgoing, { runningJob: "Unbounded" }),
});
const anyView = fc.array(anyHost, { minLength: 1, maxLength: 6 }).map((hosts) => {
  const all = hosts.map(({ copy, job }, index) => ({ host: `host${index}`, copy, job }));
  const silent = all.filter(({ copy }) => copy === "silent").map(({ host }) => host);
  const seen = all.flatMap(({ host, copy, job }) => {
    if (copy === "silent") return [];
    const one = shown[copy](host);
    return [one.domain ? { ...one, domain: { ...one.domain, ...job } } : one];
  });
  return viewOn(seen, silent);
});
const hostsWith = ({ seen }: ReturnType<typeof viewOn>, ...copies: readonly Copy[]) =>
  seen.filter((one) => copies.includes(copyOf(one))).map(({ host }) => host);

const always = (holds: (view: ReturnType<typeof viewOn>, situation: Situation) => void) =>
  fc.assert(
    fc.property(anyView, (view) => {
      holds(view, situationOf(view));
    }),
    { numRuns: 2_000 },
  );

describe("over any number of hosts with any copy", () => {
  test("it runs, or stands still, only where no second host has anything of its memory", () => {
    always((view, situation) => {
      if (situation.kind !== "running" && situation.kind !== "paused") return;
      const active = view.seen.filter((one) => !["absent", "off"].includes(copyOf(one)));
      expect(active.map(({ host }) => host)).toEqual([situation.on]);
    });
  });

  test("a silent host is never taken for one that has nothing", () => {
    always((view, situation) => {
      if (view.silent.length === 0) expect(situation.kind).not.toBe("unknown");
      else expect(["absent", "off", "half lost"]).not.toContain(situation.kind);
    });
  });

  test("two that run whole are two copies, unless a move accounts for one of them", () => {
    always((view, situation) => {
      const whole = hostsWith(view, "running");
      if (situation.kind === "two copies") {
        expect(whole.length).toBeGreaterThanOrEqual(1);
        expect(new Set(situation.on).size).toBeGreaterThan(1);
        expect(hostsWith(view, "running", "post-copy target", "broken target")).toEqual(
          expect.arrayContaining([...situation.on]),
        );
      } else if (whole.length > 1) {
        expect(situation.kind).toBe("moving");
        expect(view.seen.some(({ domain }) => domain?.outgoing)).toBe(true);
      }
    });
  });

  test("a half is never what runs, stands still or is complete, and is lost only where no other host has the rest", () => {
    const halves = ["post-copy source", "post-copy target", "broken source", "broken target"] as const;
    always((view, situation) => {
      if (situation.kind === "post-copy complete") {
        expect(hostsWith(view, "running")).toEqual([situation.to]);
        expect(hostsWith(view, "post-copy source", "broken source")).toContain(situation.from);
        expect(hostsWith(view, "post-copy target", "broken target")).toEqual([]);
      }
      if (situation.kind === "half lost") {
        const [sources, targets] = [
          hostsWith(view, "post-copy source", "broken source"),
          hostsWith(view, "post-copy target", "broken target"),
        ];
        expect(situation.half === "source" ? sources : targets).toContain(situation.on);
        expect(situation.half === "source" ? targets : sources).toEqual([]);
        expect(hostsWith(view, "running")).toEqual([]);
      }
      if (hostsWith(view, ...halves).length > 0)
        expect(["absent", "off", "running", "paused"]).not.toContain(situation.kind);
    });
  });

  test("every host that is named was asked, and a move has two ends", () => {
    always((view, situation) => {
      const all = [...view.seen, ...view.silent].map(({ host }) => host);
      const { kind: _kind, ...rest } = situation;
      const named = Object.entries(rest)
        .filter(([key]) => ["on", "from", "to", "running", "standing", "silent"].includes(key))
        .flatMap(([, value]) => value ?? []);
      expect(all).toEqual(expect.arrayContaining(named));
      if ("from" in situation) expect(situation.from).not.toBe(situation.to);
    });
  });
});
