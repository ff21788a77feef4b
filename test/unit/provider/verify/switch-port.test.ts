import { describe, expect, test } from "vitest";
import { type DomainOnHost, parseInspection } from "../../../../provider/host/domain-on-host";
import type { ProbeStatus } from "../../../../provider/host/probe";
import { sectionsOf } from "../../../../provider/host/sections";
import type { Resolved } from "../../../../provider/migrate/resolve-outcome";
import { waitForForwardingEntry } from "../../../../provider/migrate/wait-for-forwarding-entry";
import type { Evidence } from "../../../../provider/verify/proof";
import { switchPort } from "../../../../provider/verify/switch-port";
import { viewOn } from "../host/sample-views";

const mac = "52:54:00:4d:00:32";
const line = (address: string, ifname: string, master = "br0", state = "") =>
  `{"mac":"${address}","ifname":"${ifname}","flags":[],"master":"${master}","state":"${state}"}`;
/** What every device says of itself. */
const own = '{"mac":"33:33:00:00:00:01","ifname":"vnet0","flags":["self"],"state":"permanent"}';
const port = line("fe:54:00:4d:00:32", "vnet0", "br0", "permanent");
const uplink = line("52:54:00:4d:00:03", "eth0", "br0", "permanent");

interface Answer {
  readonly running: boolean;
  readonly interfaces?: string;
  readonly taps?: string;
  readonly table?: string;
}

/** A host's whole answer to a look, as virsh and the shell print it. */
function seen(host: string, { running, interfaces, taps, table }: Answer): DomainOnHost {
  const none = "error: failed to get domain 'guest'";
  const text = `=t:list
 Id   Name    State
-----------------------
${running ? " 2    guest   running\n" : ""}
=t:dominfo
${running ? "UUID:           u1\nState:          running\nPersistent:     yes\n" : none}
=t:state
=t:job
=t:interfaces
${running ? (interfaces ?? ` Interface   Type     Source   Model    MAC\n-----------------------------------------------------------\n vnet0       bridge   br0      virtio   ${mac}\n`) : none}
=t:end
=t:taps
${taps ?? (running ? "vnet0 1 30000" : "*  - -")}
=t:switch
${table ?? ""}
`;
  const inspection = parseInspection(host, "guest", sectionsOf("t", text));
  if (inspection === undefined) throw new Error("no whole answer");
  return inspection;
}

const sourceWithout = seen("source", { running: false, table: `[${line(mac, "eth0")},${uplink}]` });
const targetWith = seen("target", { running: true, table: `[${port},${own},${line(mac, "vnet0")}]` });
const targetWithout = seen("target", { running: true, table: `[${port},${own}]` });

const probe: ProbeStatus = {
  bootId: "b1",
  counter: 1,
  uptimeMs: 1,
  sequence: 1,
  syncedSequence: 1,
  diskError: null,
  resumed: false,
};

function proof(source: DomainOnHost, target: DomainOnHost, more: Partial<Evidence["after"]> = {}) {
  const observation = { probe, disk: undefined, memory: undefined };
  const after = { ...observation, source, target, hosts: [source, target], connection: "kept" as const };
  const before = { ...observation, source };
  return { guest: "guest", before, after: { ...after, ...more }, noProbe: undefined } satisfies Evidence;
}
const silent = { probe: undefined, connection: "lost" as const };

describe("the switch's port of a guest that moved", () => {
  test("is proved: on its tap there, on no tap here, where only the uplink leads to it, and it answers", () => {
    expect(switchPort(proof(sourceWithout, targetWith))).toEqual({
      name: "switch-port",
      verdict: "proved",
      facts: `${mac} on vnet0 of br0 on target, on no tap of source; its address answered`,
    });
  });

  test("has failed while the source still has it on a tap", () => {
    const source = seen("source", {
      running: false,
      taps: "vnet7 1 30000",
      table: `[${line(mac, "vnet7")}]`,
    });
    expect(switchPort(proof(source, targetWith))).toMatchObject({
      verdict: "failed",
      facts: `${mac} still on vnet7 of br0 on source`,
    });
  });

  test("has failed where the target has it elsewhere, or not at all though the guest answered", () => {
    const target = seen("target", { running: true, table: `[${port},${line(mac, "eth0")}]` });
    expect(switchPort(proof(sourceWithout, target))).toMatchObject({
      verdict: "failed",
      facts: `target has ${mac} on eth0 of br0, not on the guest's tap`,
    });
    expect(switchPort(proof(sourceWithout, targetWithout))).toMatchObject({ verdict: "failed" });
  });

  test("has failed where the guest answered before and does not any more, unless the way to it was cut", () => {
    expect(switchPort(proof(sourceWithout, targetWith, silent)).verdict).toBe("failed");
    const cut = { probe: undefined, connection: "way-cut" as const };
    expect(switchPort(proof(sourceWithout, targetWith, cut)).verdict).toBe("unproved");
  });

  test.each<[string, Evidence, string]>([
    [
      "a guest without a bridged interface",
      proof(
        sourceWithout,
        seen("target", {
          running: true,
          interfaces: ` -           user     -        virtio   ${mac}\n`,
          taps: "*  - -",
          table: "[]",
        }),
      ),
      "no interface of guest is on a bridge of target",
    ],
    [
      "a tap that is on no Linux bridge",
      proof(sourceWithout, seen("target", { running: true, taps: "vnet0 - -", table: "[]" })),
      "no interface of guest is on a bridge of target",
    ],
    [
      "no bridge(8) there",
      proof(sourceWithout, seen("target", { running: true })),
      "target does not show what its bridges know (bridge fdb show)",
    ],
    [
      "none here",
      proof(seen("source", { running: false }), targetWith),
      "source does not show what its bridges know",
    ],
    [
      "a bridge that forgets at once",
      proof(sourceWithout, seen("target", { running: true, taps: "vnet0 1 0", table: `[${port}]` })),
      `the bridge of target learns nothing of ${mac} on vnet0`,
    ],
    [
      "a guest that stands still",
      { ...proof(sourceWithout, targetWith), expected: "paused" },
      "guest does not run: it sends nothing to learn from",
    ],
  ])("is unproved, with the reason: %s", (_name, evidence, facts) => {
    expect(switchPort(evidence)).toEqual({ name: "switch-port", verdict: "unproved", facts });
  });

  test("is unproved where nobody asked the guest, and the rest is said", () => {
    const evidence = {
      ...proof(sourceWithout, targetWith, silent),
      noProbe: "no probe and observer are given",
    };
    const before = { ...evidence.before, probe: undefined };
    expect(switchPort({ ...evidence, before })).toMatchObject({
      verdict: "unproved",
      facts: expect.stringMatching(/on vnet0 of br0 on target.*no probe and observer are given/),
    });
  });
});

describe("a bridge that has not learned yet", () => {
  const resolved: Resolved = {
    source: sourceWithout,
    target: targetWithout,
    view: viewOn([sourceWithout, targetWithout]),
  };
  const later = async (host: string) => (host === "target" ? targetWith : sourceWithout).network ?? none;
  const none = { ports: [], taps: [], entries: [] };
  const never = async () => Promise.reject(new Error("not to be asked"));

  test("is looked at once more when the guest has answered", async () => {
    const after = await waitForForwardingEntry(resolved, true, later);
    expect(switchPort(proof(sourceWithout, after.target)).verdict).toBe("proved");
    expect(after.view.seen[1]).toEqual(after.target);
  });

  test("is not when it has not, or has learned; a look that fails changes nothing", async () => {
    expect(await waitForForwardingEntry(resolved, false, never)).toBe(resolved);
    const known = { ...resolved, target: targetWith };
    expect(await waitForForwardingEntry(known, true, never)).toBe(known);
    expect(await waitForForwardingEntry(resolved, true, never)).toEqual(resolved);
  });
});
