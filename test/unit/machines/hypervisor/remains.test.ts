import { describe, expect, it } from "vitest";
import type { Hypervisor } from "../../../../machines/hypervisor/hypervisor";
import { evaluateRemains, type Remains } from "../../../../machines/hypervisor/remains";

const bootId = "00000000-1111-4222-8333-444444444444";
const record: Hypervisor = {
  lab: "dev",
  pid: 9802,
  uri: "qemu+unix:///system?socket=/c/labs/dev/hypervisor/run/libvirt-sock",
  acceleration: "tcg",
  baseVolume: { pool: "base", path: "/var/lib/libvirt/images/base/x.qcow2", format: "qcow2" },
  otherImages: {},
  warmDisks: {},
  kernel: "",
  initrd: "",
  cmdline: "",
  ssh: {
    nfs: { address: "127.64.0.2", port: 22_022 },
    source: { address: "127.64.0.3", port: 22_022 },
    target: { address: "127.64.0.4", port: 22_022 },
  },
};
const healthy: Remains = {
  identity: { pid: 9802, startTime: "1", bootId },
  bootId,
  alive: true,
  record,
  answer: { ok: true, text: "base" },
};

describe("what remains of a hypervisor", () => {
  it("keeps one that answers", () => {
    expect(evaluateRemains(healthy)).toEqual({ kind: "running", hypervisor: record });
  });

  it("finds nothing where none was started, or where a start failed", () => {
    const gone = { ...healthy, alive: false, answer: undefined };
    expect(evaluateRemains({ ...gone, identity: undefined })).toEqual({ kind: "none" });
    expect(evaluateRemains({ ...gone, record: undefined })).toEqual({ kind: "none" });
  });

  it.each([
    ["restarted", { bootId: "another", alive: false, answer: undefined }],
    ["ended from outside", { alive: false, answer: undefined }],
    ["interrupted", { record: undefined, answer: undefined }],
    ["interrupted", { record: { ...record, pid: 1 } }],
    ["does not answer (Connection refused)", { answer: { ok: false, text: "Connection refused\n" } }],
  ])("replaces one that was or %s", (words, difference) => {
    const verdict = evaluateRemains({ ...healthy, ...difference });
    expect(verdict).toMatchObject({ kind: "replace", reason: expect.stringContaining(words) });
  });
});
