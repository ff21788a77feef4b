import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ProviderError, type ProviderErrorFacts } from "../../../../provider/errors/provider-error";
import type { GuestView } from "../../../../provider/host/guest-view";
import type { MigrationOptions } from "../../../../provider/migrate/options";
import { describeSeen, planMigration, type Step, stateOf } from "../../../../provider/migrate/plan-migration";
import { situationOf } from "../../../../provider/migrate/situation";
import { anotherUuid, on, outgoing, uuid, viewOn } from "../host/sample-views";

type Mode = MigrationOptions["mode"];

/** The step, or the facts of the error. */
function planned(view: GuestView, mode: Mode = "live"): Step | ProviderErrorFacts {
  try {
    return planMigration("guest", "target", view, mode);
  } catch (error) {
    if (error instanceof ProviderError) return error.facts;
    throw error;
  }
}

function refused(view: GuestView, mode?: Mode): ProviderErrorFacts {
  const plan = planned(view, mode);
  if ("action" in plan) throw new Error(`${plan.action} is no refusal`);
  return plan;
}

const toTarget = { action: "move", from: "source", to: "target" };
const working = { runningJob: "Unbounded" };

describe("every situation has a step", () => {
  test.each<[string, GuestView, object, Mode?]>([
    ["runs elsewhere", viewOn([on("source", "running"), on("target")]), toTarget],
    [
      "runs elsewhere, and its definition was left on the target",
      viewOn([on("source", "running"), on("target", "shut off")]),
      toTarget,
    ],
    [
      "runs elsewhere, and a third host is silent",
      viewOn([on("source", "running"), on("target")], ["third"]),
      toTarget,
    ],
    ["stands still elsewhere", viewOn([on("source", "paused", "user"), on("target")]), toTarget],
    ["runs there", viewOn([on("source"), on("target", "running")]), { action: "stay", on: "target" }],
    [
      "runs there, and is saved just now",
      viewOn([on("source"), on("target", "running", "", working)]),
      { action: "stay", on: "target" },
    ],
    ["stands still there", viewOn([on("source"), on("target", "paused")]), { action: "stay", on: "target" }],
    [
      "has another job",
      viewOn([on("source", "running", "", working), on("target")]),
      { action: "wait", for: "job" },
    ],
    [
      "is moved there",
      viewOn([on("source", "running", "", outgoing), on("target", "paused", "migrating")]),
      { action: "attach", from: "source", to: "target" },
    ],
    [
      "went over to it, and fetches its memory",
      viewOn([on("source", "paused", "post-copy"), on("target", "running", "post-copy")]),
      { action: "attach", from: "source", to: "target" },
    ],
    [
      "is moved elsewhere",
      viewOn([on("source", "running", "", outgoing), on("target"), on("third", "paused", "migrating")]),
      { action: "wait", for: "job" },
    ],
    [
      "is moved to nobody knows where",
      viewOn([on("source", "running", "", outgoing), on("target")]),
      { action: "wait", for: "clean-up" },
    ],
    [
      "was left half filled",
      viewOn([on("source", "running"), on("target", "paused", "migrating")]),
      { action: "wait", for: "clean-up" },
    ],
    [
      "broke after the switch, and is whole",
      viewOn([on("source", "paused", "post-copy failed"), on("target", "running")]),
      { action: "finish", from: "source", to: "target" },
    ],
    [
      "is whole on a third host",
      viewOn([on("source", "paused", "post-copy failed"), on("target"), on("third", "running")]),
      { action: "finish", from: "source", to: "third" },
    ],
    [
      "broke after the switch",
      viewOn([on("source", "paused", "post-copy failed"), on("target", "running", "post-copy failed")]),
      { action: "recover", from: "source", to: "target" },
    ],
    [
      "broke on its way to a third host",
      viewOn([
        on("source", "paused", "post-copy failed"),
        on("target"),
        on("third", "running", "post-copy failed"),
      ]),
      { action: "recover", from: "source", to: "third" },
    ],
    [
      "is shut off, and its definition is moved",
      viewOn([on("source", "shut off"), on("target")]),
      toTarget,
      "offline",
    ],
    [
      "is defined on both",
      viewOn([on("source", "shut off"), on("target", "shut off")]),
      { action: "stay", on: "target" },
      "offline",
    ],
  ])("%s", (_name, view, expected, mode) => {
    expect(planned(view, mode)).toMatchObject(expected);
  });
});

const codes: [string, GuestView, string, Mode?][] = [
  ["nowhere", viewOn([on("source"), on("target")]), "KVM-601"],
  ["shut off", viewOn([on("source", "shut off"), on("target")]), "KVM-604"],
  [
    "two definitions elsewhere",
    viewOn([on("source", "shut off"), on("third", "shut off"), on("target")]),
    "KVM-604",
    "offline",
  ],
  ["two copies", viewOn([on("source", "running"), on("target", "running")]), "KVM-603"],
  ["half lost", viewOn([on("source", "paused", "post-copy failed"), on("target")]), "KVM-642"],
  ["the other half lost", viewOn([on("source"), on("target", "running", "post-copy failed")]), "KVM-642"],
  ["not seen, and a host is silent", viewOn([on("target")], ["source"]), "KVM-644"],
];

describe("and where there is none, an error", () => {
  test.each(codes)("%s", (_name, view, code, mode) => {
    expect(refused(view, mode).code).toBe(code);
  });

  test("a target that is silent is told as it was found: nothing is moved to it", () => {
    const facts = refused(viewOn([on("source", "running")], ["target"]));
    expect(facts).toMatchObject({ code: "KVM-401", host: "target", fix: "start target" });
    const definition = refused(viewOn([on("source", "shut off")], ["target"]), "offline");
    expect(definition.code).toBe("KVM-644");
  });

  test("what is waited for without end names the guest's UUID and the command that shows the job", () => {
    const plan = planned(viewOn([on("source", "running", "", working), on("target")]));
    expect(plan).toMatchObject({
      refusal: {
        facts: {
          code: "KVM-608",
          found: `running on source (UUID ${uuid})`,
          fix: `wait for its end (on source: virsh domjobinfo ${uuid}), then run the same command again`,
        },
      },
    });
  });

  test("a copy that nobody fills any more is named with its host; the one that runs is never to be destroyed", () => {
    const plan = planned(viewOn([on("source", "running"), on("target", "paused", "migrating")]));
    const fix = "refusal" in plan ? plan.refusal.facts.fix : "";
    expect(fix).toContain(`on target: virsh destroy ${uuid}`);
    expect(fix).not.toContain(`on source: virsh destroy`);
  });

  test("of two that stand still, none is advised to be destroyed", () => {
    const plan = planned(viewOn([on("source", "paused", "user"), on("target", "paused", "migrating")]));
    const fix = "refusal" in plan ? plan.refusal.facts.fix : "";
    expect(fix).toContain("on source and target");
    expect(fix).not.toContain("destroy");
  });
});

describe("what an error says", () => {
  test("two copies: both hosts, the UUID, and that one of them is to be stopped by it", () => {
    expect(refused(viewOn([on("source", "running"), on("target", "running")]))).toMatchObject({
      host: "source, target",
      found: `running on source (UUID ${uuid}); running on target (UUID ${uuid})`,
      fix: `stop the copy that is wrong, at once, before its disk suffers: on source or target, virsh destroy ${uuid}`,
    });
  });

  test("half of it is lost: on which host what is left is removed, by its UUID, and how it starts again", () => {
    expect(refused(viewOn([on("source"), on("target", "running", "post-copy failed")]))).toMatchObject({
      host: "target",
      found: expect.stringContaining("running (post-copy failed) on target"),
      fix: expect.stringContaining(`on target: virsh destroy ${uuid}; then start it again`),
    });
  });

  test("a silent host: its name, what was seen on the others, and the way to bring it back", () => {
    expect(refused(viewOn([on("target", "shut off")], ["source"]))).toMatchObject({
      host: "source",
      found: expect.stringMatching(/^guest shut off on target; source does not answer: /),
      fix: "start source",
    });
  });

  const foreign = [{ host: "target", name: "guest", uuid: anotherUuid, state: "running" }];

  test("another guest of the same name is named with its UUID and host, and never advised to be destroyed", () => {
    const nowhere = { ...viewOn([on("source"), on("target")], [], foreign), uuid: undefined };
    const facts = refused(nowhere);
    expect(facts).toMatchObject({
      code: "KVM-601",
      found: expect.stringContaining(`guest on target is another guest (UUID ${anotherUuid})`),
    });
    expect(describeSeen("guest", nowhere)).toBe(
      `no guest on source; no guest on target; another guest guest (UUID ${anotherUuid}, running) on target`,
    );
    for (const [, view, , mode] of codes) {
      const { fix } = refused({ ...view, foreign }, mode);
      expect(fix).not.toContain(anotherUuid);
      expect(fix).not.toMatch(/virsh (?:destroy|undefine) (?![0-9a-f]{8}-)/);
    }
  });

  test("why a guest runs is said only where half of it is elsewhere", () => {
    const described = [
      on("a", "running", "booted"),
      on("a", "running", "post-copy"),
      on("a", "paused", "I/O error"),
      on("a", "shut off", "destroyed"),
    ].map(({ domain }) => domain && stateOf(domain));
    expect(described).toEqual(["running", "running (post-copy)", "paused (I/O error)", "shut off"]);
  });
});

const state = fc.constantFrom<readonly [string?, string?]>(
  [],
  ["running", "booted"],
  ["running", "post-copy"],
  ["running", "post-copy failed"],
  ["paused", "user"],
  ["paused", "migrating"],
  ["paused", "post-copy"],
  ["paused", "post-copy failed"],
  ["shut off", "crashed"],
  ["crashed", "panicked"],
);
const job = fc.constantFrom({}, {}, outgoing, working);
const anyView = fc
  .tuple(
    fc.array(fc.tuple(state, job), { minLength: 2, maxLength: 5 }),
    fc.constantFrom<readonly string[]>([], ["silent"]),
  )
  .map(([all, silent]) =>
    viewOn(
      all.map(([[is, reason], more], index) =>
        on(["source", "target", "third", "fourth", "fifth"][index] ?? "", is, reason, more),
      ),
      silent,
    ),
  );

test("a move begins only from the one host that has a whole copy without a job; every refusal has a way out", () => {
  fc.assert(
    fc.property(anyView, (view) => {
      const plan = planned(view);
      if ("code" in plan) expect(plan.fix).not.toBe("");
      else if (plan.action === "wait") expect(plan.refusal.facts.fix).toMatch(/virsh|command again/);
      if ("code" in plan || plan.action !== "move") return;
      const situation = situationOf(view);
      expect(["running", "paused"]).toContain(situation.kind);
      const active = view.seen.filter(({ domain }) => domain && domain.state !== "shut off");
      expect(active.map(({ host }) => host)).toEqual([plan.from]);
      expect(active[0]?.domain?.runningJob).toBeUndefined();
      expect(active[0]?.domain?.reason).not.toContain("post-copy");
    }),
    { numRuns: 2_000 },
  );
});
