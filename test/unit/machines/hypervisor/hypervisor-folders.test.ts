import { afterEach, describe, expect, it, vi } from "vitest";
import { hypervisorFolders, libvirtUri } from "../../../../machines/hypervisor/hypervisor-folders";

describe("hypervisorFolders", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it("lie in the lab's folder, with absolute paths even for a relative cache", () => {
    vi.stubEnv("KVMLAB_CACHE", "some/cache");
    const { root, record } = hypervisorFolders("dev");
    expect(root).toBe(`${process.cwd()}/some/cache/labs/dev/hypervisor`);
    expect(record).toBe(`${process.cwd()}/some/cache/labs/dev/hypervisor.json`);
  });
});

describe("libvirtUri", () => {
  it("escapes what an address may not hold", () => {
    expect(libvirtUri("/a b/c&d/libvirt-sock")).toBe("qemu+unix:///system?socket=/a%20b/c%26d/libvirt-sock");
  });
});
