import fc from "fast-check";
import { expect, test } from "vitest";
import { ProviderError } from "../../../../provider/errors/provider-error";
import type { DomainOnHost } from "../../../../provider/host/domain-on-host";
import type { GuestView, SilentHost } from "../../../../provider/host/guest-view";
import { planMigration } from "../../../../provider/migrate/plan-migration";
import { type Copy, copyOf, situationOf } from "../../../../provider/migrate/situation";
import { uuidOf } from "../../../simulator/simulated-hosts";

const uuid = uuidOf(1);
type Shown = Pick<NonNullable<DomainOnHost["domain"]>, "state" | "reason" | "outgoing" | "runningJob">;

/** How virsh shows each kind of copy. */
const shown: Readonly<Record<Copy, readonly (Shown | undefined)[]>> = {
  absent: [undefined],
  off: [{ state: "shut off", reason: "migrated" }, { state: "shut off" }],
  running: [
    { state: "running", reason: "booted" },
    { state: "running", reason: "migrated" },
    { state: "running", reason: "booted", runningJob: "Unbounded", outgoing: true },
    { state: "running", reason: "booted", runningJob: "Unbounded", outgoing: false },
  ],
  paused: [
    { state: "paused", reason: "user" },
    { state: "crashed", reason: "panicked" },
    { state: "paused", reason: "migrating", runningJob: "Unbounded", outgoing: true },
  ],
  incoming: [{ state: "paused", reason: "migrating" }],
  "post-copy source": [{ state: "paused", reason: "post-copy", runningJob: "Unbounded", outgoing: true }],
  "post-copy target": [{ state: "running", reason: "post-copy" }],
  "broken source": [
    { state: "paused", reason: "post-copy failed" },
    { state: "paused", reason: "post-copy failed", runningJob: "Unbounded", outgoing: true },
  ],
  "broken target": [{ state: "running", reason: "post-copy failed" }],
};

const copy = fc.constantFrom(...(Object.keys(shown) as Copy[]));
const inspection = copy.chain((kind) => fc.constantFrom(...shown[kind]).map((domain) => ({ kind, domain })));

function viewOf(inspections: readonly { readonly domain: Shown | undefined }[], silent: number): GuestView {
  const error = new ProviderError({
    code: "KVM-401",
    expected: "an answer",
    found: "none",
    fix: "see to it",
  });
  return {
    guest: uuid,
    uuid,
    foreign: [],
    seen: inspections.map(({ domain }, index) => ({
      host: `h${index}`,
      list: [],
      domains: [],
      ...(domain ? { domain: { name: "guest", uuid, persistent: true, ...domain } } : {}),
    })),
    silent: Array.from({ length: silent }, (_, index): SilentHost => ({ host: `s${index}`, error })),
  };
}

const views = fc.tuple(fc.array(inspection, { minLength: 1, maxLength: 5 }), fc.nat(2));

test("each copy is read as what it is", () => {
  for (const [kind, all] of Object.entries(shown))
    for (const domain of all) {
      const [seen] = viewOf([{ domain }], 0).seen;
      expect(seen && copyOf(seen)).toBe(kind);
    }
});

test("whatever any number of hosts shows, there is a step or an error with a way out", () => {
  fc.assert(
    fc.property(views, fc.nat(6), ([inspections, silent], to) => {
      const view = viewOf(inspections, silent);
      try {
        const step = planMigration("guest", `h${to}`, view);
        if (step.action === "wait") expect(step.refusal.facts.fix).not.toBe("");
      } catch (error) {
        expect(error).toBeInstanceOf(ProviderError);
        if (error instanceof ProviderError) expect(error.facts.fix).not.toBe("");
      }
    }),
  );
});

test("nothing is moved that is not seen whole on one host alone, and a host that is silent is no empty one", () => {
  fc.assert(
    fc.property(views, ([inspections, silent]) => {
      const view = viewOf(inspections, silent);
      const situation = situationOf(view);
      const active = inspections.filter(({ kind }) => kind !== "absent" && kind !== "off");
      if (situation.kind === "running" || situation.kind === "paused") {
        expect(active).toHaveLength(1);
        expect(inspections[Number(situation.on.slice(1))]?.kind).toBe(situation.kind);
      }
      if (situation.kind === "absent" || situation.kind === "off") {
        expect(silent).toBe(0);
        expect(active).toHaveLength(0);
      }
      if (situation.kind === "post-copy complete")
        expect(inspections[Number(situation.to.slice(1))]?.kind).toBe("running");
      if (situation.kind === "half lost") expect(silent).toBe(0);
    }),
  );
});

test("the order of the hosts decides nothing but which of several is named", () => {
  fc.assert(
    fc.property(views, ([inspections, silent]) => {
      const { seen, ...rest } = viewOf(inspections, silent);
      expect(situationOf({ ...rest, seen: [...seen].reverse() }).kind).toBe(
        situationOf({ ...rest, seen }).kind,
      );
    }),
  );
});
