import { describe, expect, it } from "vitest";
import {
  imageMounts,
  imagePaths,
  mergeMounts,
  parseMounts,
  refuseUnusableImage,
  renderMounts,
} from "../../../../machines/hypervisor/image-mounts";

const image = {
  key: "0123abcd",
  disk: "/cache/host-image/0123abcd/disk.qcow2",
  kernel: "/cache/host-image/0123abcd/vmlinux",
  initrd: "/cache/host-image/0123abcd/initrd.img",
  cmdline: "root=/dev/vda",
};

describe("an image's places inside", () => {
  it("follow from its key alone", () => {
    expect(imageMounts(image)).toEqual([
      { from: image.disk, to: "images/base/0123abcd.qcow2" },
      { from: image.kernel, to: "boot/0123abcd/vmlinux" },
      { from: image.initrd, to: "boot/0123abcd/initrd.img" },
    ]);
    expect(imagePaths(image)).toEqual({
      baseVolume: { pool: "base", path: "/var/lib/libvirt/images/base/0123abcd.qcow2", format: "qcow2" },
      kernel: "/var/lib/libvirt/boot/0123abcd/vmlinux",
      initrd: "/var/lib/libvirt/boot/0123abcd/initrd.img",
      cmdline: "root=/dev/vda",
    });
  });

  it("are only the disk's for an image that boots by itself", () => {
    const own = { ...image, kernel: "", initrd: "", cmdline: "" };
    expect(imageMounts(own)).toHaveLength(1);
    expect(imagePaths(own)).toMatchObject({ kernel: "", initrd: "", cmdline: "" });
  });
});

describe("the list of mounts", () => {
  it("is read as it was written", () => {
    const mounts = [{ from: "/a folder/with spaces.qcow2", to: "images/base/x.qcow2" }];
    expect(parseMounts(renderMounts(mounts))).toEqual(mounts);
    expect(parseMounts("")).toEqual([]);
  });

  it("keeps earlier images and takes the new file for a place that both want", () => {
    const earlier = [
      { from: "/old", to: "images/base/old.qcow2" },
      { from: "/moved", to: "images/base/same.qcow2" },
    ];
    const wanted = [{ from: "/new", to: "images/base/same.qcow2" }];
    expect(mergeMounts(earlier, wanted)).toEqual([
      { from: "/old", to: "images/base/old.qcow2" },
      { from: "/new", to: "images/base/same.qcow2" },
    ]);
  });
});

describe("refuseUnusableImage", () => {
  it("names the file that is not there", () => {
    expect(() => refuseUnusableImage(image)).toThrow(/KVM-318[\s\S]*disk\.qcow2/);
  });

  it("refuses a key that is no file name", () => {
    expect(() => refuseUnusableImage({ ...image, key: "../x" })).toThrow(/KVM-318/);
  });
});
