import { expect, test } from "vitest";
import type { DomainOnHost } from "../../../../provider/host/domain-on-host";
import { proofsOf } from "../../../../provider/verify";
import type { Evidence } from "../../../../provider/verify/proof";

const on = (host: string, state?: string, persistent = true): DomainOnHost => ({
  host,
  list: [],
  domains: [],
  ...(state === undefined ? {} : { domain: { name: "guest", uuid: "u1", state, persistent } }),
});

const silent = { probe: undefined, disk: undefined, memory: undefined };

function verdicts(source: DomainOnHost, target: DomainOnHost, more: Partial<Evidence>) {
  const evidence: Evidence = {
    guest: "guest",
    before: { ...silent, source: on("source", target.domain?.state) },
    after: { ...silent, source, target, hosts: [source, target], connection: "lost" },
    noProbe: "not asked",
    ...more,
  };
  return Object.fromEntries(proofsOf(evidence).map(({ name, verdict }) => [name, verdict]));
}

test("a guest that stood still is proved to stand still, and one that was shut off to be defined", () => {
  const paused = verdicts(on("source"), on("target", "paused"), { expected: "paused" });
  expect(paused["one-running-copy"]).toBe("proved");
  const off = verdicts(on("source"), on("target", "shut off"), { expected: "off" });
  expect(off["one-running-copy"]).toBe("proved");
  expect(verdicts(on("source"), on("target", "paused"), {})["one-running-copy"]).toBe("failed");
});

test("what was not asked for is neither proved nor failed", () => {
  const asked = { persistent: false, undefineSource: false };
  const found = verdicts(on("source", "shut off"), on("target", "running", false), { asked });
  expect(found).toMatchObject({ "gone-from-source": "unproved", "persistent-on-target": "unproved" });
});

test("a new name is proved where one was asked for, and nothing is said of it where none was", () => {
  const asked = { persistent: true, undefineSource: true, newName: "guest" };
  expect(verdicts(on("source"), on("target", "running"), { asked })["new-name"]).toBe("proved");
  const other = { ...asked, newName: "mail" };
  expect(verdicts(on("source"), on("target", "running"), { asked: other })["new-name"]).toBe("failed");
  expect(verdicts(on("source"), on("target"), { asked })["new-name"]).toBe("failed");
  expect(verdicts(on("source"), on("target", "running"), {})).not.toHaveProperty("new-name");
});
