import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseShowDepends } from "../../../../machines/images/initrd";
import { recipeParts } from "../../../../machines/images/recipe-parts";
import { tool } from "../../../../machines/images/tool";
import { contentKey } from "../../../../toolchain/cache";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kvmlab-recipe-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe("parseShowDepends", () => {
  it("keeps the order of need and takes each module once", () => {
    // Recorded from Debian 12's 6.1 cloud kernel, shortened.
    const shown = [
      "insmod /lib/modules/6.1.0-37-cloud-amd64/kernel/drivers/virtio/virtio.ko ",
      "insmod /lib/modules/6.1.0-37-cloud-amd64/kernel/drivers/virtio/virtio_ring.ko ",
      "insmod /lib/modules/6.1.0-37-cloud-amd64/kernel/drivers/virtio/virtio_pci.ko ",
      "builtin crc16",
      "insmod /lib/modules/6.1.0-37-cloud-amd64/kernel/drivers/virtio/virtio.ko ",
      "insmod /lib/modules/6.1.0-37-cloud-amd64/kernel/fs/ext4/ext4.ko ",
      "",
    ].join("\n");
    expect(parseShowDepends(shown).map((file) => file.split("/").at(-1))).toEqual([
      "virtio.ko",
      "virtio_ring.ko",
      "virtio_pci.ko",
      "ext4.ko",
    ]);
  });
});

describe("recipeParts", () => {
  it("gives another key for a changed, a renamed and a new file, and the same for the same", async () => {
    const key = async () => contentKey(await recipeParts(folder));
    await mkdir(join(folder, "rootfs", "etc"), { recursive: true });
    await writeFile(join(folder, "rootfs", "etc", "b.conf"), "b");
    await writeFile(join(folder, "init"), "a");
    const keys = [await key()];
    expect(await key()).toBe(keys[0]);
    await writeFile(join(folder, "init"), "changed");
    keys.push(await key());
    await writeFile(join(folder, "new"), "");
    keys.push(await key());
    await rm(join(folder, "new"));
    await writeFile(join(folder, "newer"), "");
    keys.push(await key());
    expect(new Set(keys).size).toBe(4);
  });
});

describe("tool", () => {
  it("gives what the program printed", async () => {
    expect(await tool("sh", ["-c", "cat"], { input: "in" })).toBe("in");
  });

  it("fails with the program's last words", async () => {
    await expect(tool("sh", ["-c", "echo 'E: Unable to fetch' >&2; exit 3"])).rejects.toThrow(
      /KVM-355[\s\S]*Unable to fetch[\s\S]*apt-get update/,
    );
  });

  it("tells a full disk from other failures", async () => {
    await expect(tool("sh", ["-c", "echo 'mke2fs: No space left on device' >&2; exit 1"])).rejects.toThrow(
      /KVM-356[\s\S]*KVMLAB_CACHE/,
    );
  });

  it("fails on a program that is not there, or does not end", async () => {
    await expect(tool(join(folder, "none"), [])).rejects.toThrow(/KVM-355/);
    await expect(tool("sleep", ["20"], { timeout: 100 })).rejects.toThrow(/KVM-355[\s\S]*no end after/);
  });
});
