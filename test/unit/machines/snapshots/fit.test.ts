import { expect, test } from "vitest";
import { misfits } from "../../../../machines/snapshots/fit";
import { versionIn } from "../../../../machines/snapshots/machine-facts";
import { sampleMachine } from "./sample-save";

test("a machine of the same kind fits, a patch release apart and with another processor under emulation", () => {
  expect(misfits(sampleMachine, { ...sampleMachine, qemu: "7.2.9", processor: "B" })).toEqual([]);
});

test("all that differs is named at once", () => {
  const here = { qemu: "8.0.1", libvirt: "", acceleration: "kvm", processor: "B" } as const;
  expect(misfits(sampleMachine, here)).toEqual([
    "QEMU: saved with 7.2.22, here 8.0.1",
    "libvirt: saved with 9.0.0, here none",
    "acceleration: saved with tcg, here kvm",
  ]);
});

test("under KVM the processor is this machine's own, and so counts", () => {
  const saved = { ...sampleMachine, acceleration: "kvm" } as const;
  expect(misfits(saved, { ...saved, processor: "B" })).toEqual(["processor: saved with A, here B"]);
});

test.each([
  ["QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18+b3)\nCopyright (c) 2003-2022", "7.2.22"],
  ["/usr/sbin/libvirtd (libvirt) 9.0.0", "9.0.0"],
  ["", ""],
])("the version in %j is %j", (text, version) => {
  expect(versionIn(text)).toBe(version);
});
