import { describe, expect, test } from "vitest";
import type { DomainOnHost } from "../../../../provider/host/domain-on-host";
import type { ProbeStatus } from "../../../../provider/host/probe";
import { proofsOf } from "../../../../provider/verify";
import type { Evidence } from "../../../../provider/verify/proof";

const mac = "52:54:00:4d:00:32";
/** A host whose bridge has the guest on its tap where it runs. */
const network = (here: boolean) => ({
  ports: here ? [{ tap: "vnet0", mac }] : [],
  taps: here ? [{ name: "vnet0", learns: true }] : [],
  entries: [{ mac, device: here ? "vnet0" : "eth0", bridge: "br0" }],
});
const on = (host: string, state?: string, more: object = {}): DomainOnHost => ({
  host,
  list: [],
  domains: [],
  network: network(host === "target"),
  ...(state === undefined
    ? {}
    : { domain: { name: "guest", uuid: "u1", state, persistent: true, autostart: true, ...more } }),
});
const status = (more: Partial<ProbeStatus> = {}): ProbeStatus => ({
  bootId: "b1",
  counter: 100,
  uptimeMs: 10_000,
  sequence: 9,
  syncedSequence: 9,
  diskError: null,
  resumed: false,
  ...more,
});
const disk = { first: 1, last: 30, lines: 30, gaps: 0, torn: 0, errors: 0, readOnly: false };

const memory = { pages: 256, wrong: 0, written: 100 };

const good: Evidence = {
  guest: "guest",
  before: {
    source: on("source", "running"),
    autostart: true,
    probe: status(),
    disk: { ...disk, last: 9, lines: 9 },
    memory,
  },
  after: {
    source: on("source"),
    target: on("target", "running"),
    hosts: [on("source"), on("target", "running")],
    probe: status({ counter: 300, uptimeMs: 30_200, syncedSequence: 29 }),
    disk,
    memory: { ...memory, written: 300 },
    connection: "kept",
  },
  noProbe: undefined,
};
const seenAfter = (more: Partial<Evidence["after"]>): Evidence => {
  const after = { ...good.after, ...more };
  const hosts = [...(after.source ? [after.source] : []), after.target];
  return { ...good, after: { ...after, hosts } };
};
const failed = (evidence: Evidence) =>
  proofsOf(evidence)
    .filter(({ verdict }) => verdict === "failed")
    .map(({ name }) => name);

describe("proofs after a move", () => {
  test("all hold when the same guest arrived", () => {
    expect(proofsOf(good).every(({ verdict }) => verdict === "proved")).toBe(true);
  });

  test("a guest that had written nothing yet began with its first number, and with no other", () => {
    const [probe, unwritten] = [
      status({ sequence: 0, syncedSequence: 0 }),
      { ...disk, first: 0, last: 0, lines: 0 },
    ];
    const early = { ...good, before: { ...good.before, probe, disk: unwritten } };
    expect(failed(early)).toEqual([]);
    const late = { ...early, after: { ...early.after, disk: { ...disk, first: 5, lines: 26 } } };
    expect(failed(late)).toEqual(["disk-sequence"]);
  });

  test.each<[string, Evidence, string[]]>([
    [
      "still running on source",
      seenAfter({ source: on("source", "running") }),
      ["one-running-copy", "gone-from-source", "autostart-kept"],
    ],
    [
      "still defined on source",
      seenAfter({ source: on("source", "shut off", { autostart: false }) }),
      ["gone-from-source"],
    ],
    [
      "still started by source",
      seenAfter({ source: on("source", "shut off") }),
      ["gone-from-source", "autostart-kept"],
    ],
    [
      "not started by target",
      seenAfter({ target: on("target", "running", { autostart: false }) }),
      ["autostart-kept"],
    ],
    [
      "started by target, and by nobody before",
      { ...good, before: { ...good.before, autostart: false } },
      ["autostart-kept"],
    ],
    ["another UUID", seenAfter({ target: on("target", "running", { uuid: "u2" }) }), ["same-uuid"]],
    [
      "transient on target",
      seenAfter({ target: on("target", "running", { persistent: false }) }),
      ["persistent-on-target"],
    ],
    [
      "booted again",
      seenAfter({ probe: status({ bootId: "b2", counter: 5, uptimeMs: 500 }) }),
      ["same-boot", "counter-continuous"],
    ],
    [
      "counter beyond the guest's time",
      seenAfter({ probe: status({ counter: 900, uptimeMs: 30_000 }) }),
      ["counter-continuous"],
    ],
    ["a lost write", seenAfter({ memory: { ...memory, wrong: 1 } }), ["memory-kept"]],
    ["a gap on the disk", seenAfter({ disk: { ...disk, gaps: 1 } }), ["disk-sequence"]],
    ["a torn line on the disk", seenAfter({ disk: { ...disk, torn: 1 } }), ["disk-sequence"]],
    ["synced numbers lost", seenAfter({ disk: { ...disk, last: 8 } }), ["disk-sequence"]],
    ["lines that nobody counted", seenAfter({ disk: { ...disk, lines: 32 } }), ["disk-sequence"]],
    [
      "a disk error",
      seenAfter({ probe: status({ counter: 200, uptimeMs: 20_000, diskError: "EIO" }) }),
      ["disk-sequence"],
    ],
    ["an error of the file system", seenAfter({ disk: { ...disk, errors: 1 } }), ["filesystem-clean"]],
    [
      "a file system that became read-only",
      seenAfter({ disk: { ...disk, readOnly: true } }),
      ["filesystem-clean"],
    ],
    ["connection lost", seenAfter({ connection: "lost" }), ["connection-kept"]],
  ])("%s", (_name, evidence, expected) => {
    expect(failed(evidence)).toEqual(expected);
  });

  test("what was not asked is unproved with its reason, never proved", () => {
    const silent: Evidence = {
      ...good,
      before: { ...good.before, probe: undefined, memory: undefined },
      after: { ...good.after, probe: undefined, disk: undefined, memory: undefined, connection: "lost" },
      noProbe: "no probe and observer are given",
    };
    const unproved = proofsOf(silent).filter(({ verdict }) => verdict === "unproved");
    expect(unproved.map(({ name }) => name)).toEqual([
      "same-boot",
      "counter-continuous",
      "memory-kept",
      "disk-sequence",
      "filesystem-clean",
      "connection-kept",
      "switch-port",
    ]);
    expect(unproved.every(({ facts }) => facts.endsWith("no probe and observer are given"))).toBe(true);
  });

  test("a gap from before the move is not the move's doing, and is said", () => {
    const was = { ...disk, last: 9, lines: 8, gaps: 1 };
    const evidence = seenAfter({ disk: { ...disk, lines: 29, gaps: 1 } });
    const proofs = proofsOf({ ...evidence, before: { ...evidence.before, disk: was } });
    expect(proofs.find(({ name }) => name === "disk-sequence")).toMatchObject({
      verdict: "proved",
      facts: expect.stringContaining("1 gaps (1 before)"),
    });
  });

  test.each([
    [{ errors: 2 }, "before the move already: 2 errors counted by its driver, writable"],
    [{ readOnly: true }, "before the move already: 0 errors counted by its driver, read-only"],
    [{ errors: null }, "the guest does not tell of its disk's file system"],
  ])("a file system that nobody can call clean is unproved: %j", (state, facts) => {
    const evidence = seenAfter({ disk: { ...disk, ...state } });
    const before = { ...evidence.before, disk: { ...disk, last: 9, lines: 9, ...state } };
    expect(proofsOf({ ...evidence, before }).find(({ name }) => name === "filesystem-clean")).toEqual({
      name: "filesystem-clean",
      verdict: "unproved",
      facts,
    });
  });

  test("a third host that runs it too is a second copy", () => {
    const hosts = [...good.after.hosts, on("third", "running", { autostart: false })];
    expect(failed({ ...good, after: { ...good.after, hosts } })).toEqual(["one-running-copy"]);
  });

  test("a host that does not answer may have a second copy: that is unproved, and said", () => {
    const gone: Evidence = {
      ...good,
      after: { ...good.after, source: undefined, hosts: [good.after.target], silent: ["source"] },
    };
    const told = new Map(proofsOf(gone).map(({ name, verdict, facts }) => [name, `${verdict}: ${facts}`]));
    expect(told.get("one-running-copy")).toMatch(/^unproved: .*source/);
    expect(told.get("gone-from-source")).toMatch(/^unproved: .*source/);
    expect(told.get("switch-port")).toMatch(/^unproved: .*source/);
    expect(told.get("autostart-kept")).toBe(
      "unproved: autostart before, autostart on target; source does not answer, and may start guest when it boots",
    );
    expect(failed(gone)).toEqual([]);
  });

  test("nor does a silent host excuse a copy that is seen", () => {
    const hosts = [...good.after.hosts, on("third", "running", { autostart: false })];
    expect(failed({ ...good, after: { ...good.after, hosts, silent: ["fourth"] } })).toEqual([
      "one-running-copy",
    ]);
  });

  test("a cut way to the guest proves nothing about its connection", () => {
    const proofs = proofsOf(seenAfter({ connection: "way-cut" }));
    expect(proofs.find(({ name }) => name === "connection-kept")).toMatchObject({ verdict: "unproved" });
  });

  test("a counter that lags behind a clock that jumped is no failure", () => {
    expect(failed(seenAfter({ probe: status({ counter: 250, uptimeMs: 40_000 }) }))).toEqual([]);
  });
});
