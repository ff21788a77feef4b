import { describe, expect, test } from "vitest";
import { backText } from "../../../cli/back-text";
import { labStack } from "../../../cli/lab-stack";
import { forThisMachine, hasPending, withoutSalt } from "../../../cli/lab-state";
import { whatHinders } from "../../../cli/lab-to-keep";
import { savesTable } from "../../../cli/saves";
import { Stages } from "../../../cli/stages";
import { sampleManifest } from "../machines/snapshots/sample-save";

const machine = (name: string, state = "running", busy = false) => ({ name, state, busy });

describe("what keeps a lab from being saved", () => {
  test("nothing, where all servers run and are at rest", () => {
    expect(whatHinders([machine("nfs"), machine("source")])).toBeUndefined();
  });
  test.each([
    ["it has no servers", []],
    ["source is shut off", [machine("nfs"), machine("source", "shut off")]],
    [
      "libvirt is at work on nfs, target is paused",
      [machine("nfs", "running", true), machine("target", "paused")],
    ],
  ])("%s", (words, machines) => {
    expect(whatHinders(machines)).toBe(words);
  });
});

describe("a state for another machine", () => {
  const state = {
    version: 3,
    deployment: {
      manifest: {},
      secrets_providers: { type: "passphrase", state: { salt: "old" } },
      resources: [1],
    },
  };
  const salted = (salt: string) => ({ type: "passphrase", state: { salt } });

  test("is encrypted with the salt of that machine's configuration", () => {
    const { deployment } = forThisMachine(state, "new", undefined);
    expect(deployment).toEqual({ manifest: {}, resources: [1], secrets_providers: salted("new") });
  });
  test("or as the stack there already is, or as the engine sees fit", () => {
    const own = JSON.stringify({ version: 3, deployment: { secrets_providers: { type: "service" } } });
    expect(forThisMachine(state, undefined, own).deployment.secrets_providers).toEqual({ type: "service" });
    expect(forThisMachine(state, undefined, undefined).deployment).toEqual({ manifest: {}, resources: [1] });
  });
  test("carries no salt in its configuration, and says what was left undone", () => {
    expect(withoutSalt("encryptionsalt: v1:x\nconfig:\n  a:b: 1\n")).toBe("config:\n  a:b: 1\n");
    expect(hasPending(JSON.stringify(state))).toBe(false);
    const pending = { ...state, deployment: { ...state.deployment, pending_operations: [{}] } };
    expect(hasPending(JSON.stringify(pending))).toBe(true);
  });
});

test("saves as a table: what does not fit here says why", () => {
  const fits = {
    name: "a",
    lab: "dev",
    savedAt: "2026-11-23T12:00:00.123Z",
    bytes: 9e8,
    guest: "guest on target",
  };
  const text = savesTable([
    { ...fits, misfits: [] },
    { ...fits, name: "b", misfits: ["QEMU: saved with 8.1.0, here 7.2.22"] },
  ]);
  expect(text).toMatch(/a +dev +2026-11-23T12:00:00Z +859 MiB +guest on target +yes/);
  expect(text).toContain("no: QEMU: saved with 8.1.0, here 7.2.22");
  expect(savesTable([])).toContain("./lab save NAME");
});

test("what came back is told with the guest's own count", () => {
  const guest = {
    ...{ bootId: "x", counter: 4711, uptimeMs: 1, sequence: 1, syncedSequence: 1 },
    ...{ diskError: null, resumed: true },
  };
  const outputs = {} as Parameters<typeof backText>[2]["outputs"];
  const told = backText(labStack("dev"), sampleManifest, { outputs, guest }, new Stages());
  expect(told).toContain("as it was on 2026-11-23T12:00:00.000Z");
  expect(told).toContain("The guest guest runs on target and counts on: it is at 4711.");
  const others = [
    { name: "web", runningOn: "source" },
    { name: "db", runningOn: "nowhere" },
  ];
  const several = backText(
    labStack("cluster"),
    { ...sampleManifest, others },
    { outputs, guest },
    new Stages(),
  );
  expect(several).toContain("The guest web answers on source.\nThe guest db did not run when it was saved.");
  expect(backText(labStack("dev"), sampleManifest, { outputs }, new Stages())).toContain("did not run");
});
