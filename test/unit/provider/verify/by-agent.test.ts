import { describe, expect, test } from "vitest";
import type { DomainOnHost } from "../../../../provider/host/domain-on-host";
import { proofsOf } from "../../../../provider/verify";
import type { AgentDisk, AgentObservation } from "../../../../provider/verify/agent-observation";
import type { Evidence } from "../../../../provider/verify/proof";

const on = (host: string, state?: string): DomainOnHost => ({
  host,
  list: [],
  domains: [],
  ...(state === undefined ? {} : { domain: { name: "guest", uuid: "u1", state, persistent: true } }),
});
const silent = { probe: undefined, disk: undefined, memory: undefined };
const root: AgentDisk = {
  device: "/dev/vda1",
  type: "ext4",
  readOnly: false,
  turnsReadOnly: true,
  errors: 0,
};
const before: AgentObservation = {
  bootId: "b1",
  uptimeMs: 100_000,
  uptimeAsked: 5_000,
  uptimeAnswered: 5_100,
  clockMs: 1_000_000,
  disks: [root],
};
const after: AgentObservation = {
  ...before,
  uptimeMs: 129_500,
  uptimeAsked: 35_000,
  uptimeAnswered: 35_100,
  clockMs: 1_029_600,
};

function proof(
  name: string,
  changed: { was?: Partial<AgentObservation>; is?: Partial<AgentObservation> } = {},
) {
  const evidence: Evidence = {
    guest: "guest",
    before: { ...silent, source: on("source", "running"), agent: { ...before, ...changed.was } },
    after: {
      ...silent,
      source: on("source"),
      target: on("target", "running"),
      hosts: [on("source"), on("target", "running")],
      connection: "lost",
      agent: { ...after, ...changed.is },
    },
    noProbe: "no probe",
  };
  return proofsOf(evidence).find((one) => one.name === name);
}

describe("what the guest agent proves", () => {
  test("the same kernel", () => {
    expect(proof("same-boot")).toEqual({
      name: "same-boot",
      verdict: "proved",
      facts: "boot_id b1 before, b1 after, by the guest agent",
    });
    expect(proof("same-boot", { is: { bootId: "b2" } })?.verdict).toBe("failed");
  });

  test("a kernel that has been up all the time", () => {
    expect(proof("counter-continuous")).toEqual({
      name: "counter-continuous",
      verdict: "proved",
      facts:
        "up for 100.0 s before, 129.5 s after: 29.5 s in the 30.1 s that passed, 29.6 s by its own clock, by the guest agent",
    });
  });

  test.each([
    ["started again", { is: { uptimeMs: 4_000 } }, "failed"],
    ["ahead of the time", { is: { uptimeMs: 150_000 } }, "failed"],
    ["stood still for a while", { is: { uptimeMs: 101_000 } }, "proved"],
    ["young, and the same boot", { was: { uptimeMs: 2_000 }, is: { uptimeMs: 25_000 } }, "proved"],
    [
      "young, and nobody knows which boot",
      { was: { uptimeMs: 2_000, bootId: { missing: "x" } }, is: { uptimeMs: 25_000 } },
      "unproved",
    ],
    ["not told after the move", { is: { uptimeMs: { missing: "x" } } }, "unproved"],
  ])("uptime: %s", (_name, changed, expected) => {
    expect(proof("counter-continuous", changed)?.verdict).toBe(expected);
  });

  test.each<[string, readonly AgentDisk[], readonly AgentDisk[], string]>([
    ["clean", [root], [root], "proved"],
    ["read-only by now", [root], [{ ...root, readOnly: true }], "failed"],
    ["an error more", [root], [{ ...root, errors: 1 }], "failed"],
    ["errors of before", [{ ...root, errors: 1 }], [{ ...root, errors: 1 }], "unproved"],
    [
      "one that shows no error",
      [{ ...root, type: "xfs", errors: null, turnsReadOnly: false }],
      [{ ...root, type: "xfs", errors: null, turnsReadOnly: false }],
      "unproved",
    ],
    [
      "one that is read-only by choice beside it",
      [root, { ...root, device: "/dev/vdb", readOnly: true }],
      [root, { ...root, device: "/dev/vdb", readOnly: true }],
      "proved",
    ],
    ["unmounted meanwhile", [root], [], "unproved"],
    ["no disk", [], [], "unproved"],
  ])("file systems: %s", (_name, was, is, expected) => {
    expect(proof("filesystem-clean", { was: { disks: was }, is: { disks: is } })?.verdict).toBe(expected);
  });

  test("and what it is not told is unproved with the reason", () => {
    const refused = { missing: "guest-file-open: disabled" };
    expect(proof("same-boot", { was: { bootId: refused } })).toEqual({
      name: "same-boot",
      verdict: "unproved",
      facts: "the guest agent does not tell: guest-file-open: disabled",
    });
    for (const name of ["memory-kept", "disk-sequence", "connection-kept"])
      expect(proof(name)).toEqual({ name, verdict: "unproved", facts: "no probe" });
  });

  test("without either witness both reasons are told", () => {
    const evidence: Evidence = {
      guest: "guest",
      before: { ...silent, source: on("source", "running") },
      after: {
        ...silent,
        source: on("source"),
        target: on("target", "running"),
        hosts: [],
        connection: "lost",
      },
      noProbe: "no probe",
      noAgent: "no guest agent is connected",
    };
    for (const name of ["same-boot", "counter-continuous", "filesystem-clean"])
      expect(proofsOf(evidence)).toContainEqual({
        name,
        verdict: "unproved",
        facts: "no probe; no guest agent is connected",
      });
  });
});
