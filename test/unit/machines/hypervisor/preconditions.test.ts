import { describe, expect, it } from "vitest";
import { refuseFullDisk, refuseUnusableFolder } from "../../../../machines/hypervisor/preconditions";

describe("refuseUnusableFolder", () => {
  it("takes the usual cache", () => {
    const home = "/home/a-user-with-quite-a-long-name";
    expect(() =>
      refuseUnusableFolder(`${home}/.cache/kvm-migration-lab/labs/dev/hypervisor/run`),
    ).not.toThrow();
  });

  it("takes a path whose longest socket has 107 bytes, and not one more", () => {
    const longest = `/${"x".repeat(107 - 1 - "/libvirt-admin-sock".length)}`;
    expect(() => refuseUnusableFolder(longest)).not.toThrow();
    expect(() => refuseUnusableFolder(`${longest}x`)).toThrow(/KVM-313[\s\S]*at most 88 bytes/);
  });

  it("counts bytes, not letters", () => {
    expect(() => refuseUnusableFolder(`/${"ü".repeat(60)}`)).toThrow(/KVM-313/);
  });

  it("refuses folders that cannot be seen inside", () => {
    expect(() => refuseUnusableFolder("/run/user/0/labs/dev/hypervisor/run")).toThrow(/not below \/run/);
    expect(() => refuseUnusableFolder("/runner/labs/dev/hypervisor/run")).not.toThrow();
  });
});

describe("refuseFullDisk", () => {
  it("refuses a file system without room, and says how much there should be", async () => {
    await expect(refuseFullDisk("/proc", false)).rejects.toThrow(
      /KVM-312[\s\S]*4\.0 GiB free[\s\S]*0\.0 GiB free/,
    );
    await expect(refuseFullDisk("/proc", true)).rejects.toThrow(/1\.0 GiB free/);
  });
});
