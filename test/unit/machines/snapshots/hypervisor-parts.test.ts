import { link, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { hypervisorFolders } from "../../../../machines/hypervisor";
import { layOutMounts, readMounts, writeMounts } from "../../../../machines/hypervisor/image-mounts";
import { keepBases, keepDisks, layOut, ownParts } from "../../../../machines/snapshots/hypervisor-parts";
import { roomForSave } from "../../../../machines/snapshots/room";
import { sampleManifest } from "./sample-save";

let cache = "";
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), "parts-"));
  vi.stubEnv("KVMLAB_CACHE", cache);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(cache, { recursive: true, force: true });
});

const put = async (path: string, content = path) => {
  await mkdir(join(cache, path, ".."), { recursive: true });
  await writeFile(join(cache, path), content);
};

/** The folder of a lab whose servers run from a kept memory. */
async function fill() {
  const folders = hypervisorFolders("dev");
  const root = "labs/dev/hypervisor";
  const lib = ["images/lab/nfs.qcow2", "images/base/k.qcow2", "boot/k/vmlinux", "dnsmasq/lab.conf"];
  const qemu = ["qemu/domain-1-nfs/monitor.sock", "qemu/nvram/x", "qemu/save/.keep", "qemu/ram/x"];
  for (const file of [...lib, ...qemu]) await put(`${root}/lib/${file}`);
  await put(`${root}/etc/storage/lab.xml`);
  await mkdir(join(folders.etc, "storage/autostart"));
  await symlink("/etc/libvirt/storage/lab.xml", join(folders.etc, "storage/autostart/lab.xml"));
  for (const file of ["disk.qcow2", "vmlinux", "initrd.img"])
    await put(`images/host-k/${file}`, "of the first day");
  await put(`${root}/warm/nfs.qcow2`);
  await put(`${root}/warm/set.json`);
  await writeMounts(folders, [
    { from: join(cache, "images/host-k/disk.qcow2"), to: "images/base/k.qcow2" },
    { from: join(cache, "images/host-k/vmlinux"), to: "boot/k/vmlinux" },
    { from: join(cache, "images/host-k/initrd.img"), to: "boot/k/initrd.img" },
    { from: join(folders.warm, "nfs.qcow2"), to: "images/base/warm-nfs.qcow2" },
  ]);
  return folders;
}

test("what a running daemon has of its own is no part of a save", async () => {
  const folders = await fill();
  expect((await ownParts(folders)).sort()).toEqual(["images/lab", "qemu/nvram", "qemu/save"]);
});

test("what was kept is laid out again: disks of its own, the files below them by link, and its own for good", async () => {
  const folders = await fill();
  const save = join(cache, "saves/a");
  await keepBases(folders, save);
  await keepDisks(folders, save);
  await rm(folders.root, { recursive: true });

  const { host: image } = await layOut(save, folders, sampleManifest.image);
  const read = (path: string) => readFile(join(folders.root, path), "utf8");
  expect(await read("lib/images/lab/nfs.qcow2")).toContain("nfs.qcow2");
  expect(await read("etc/storage/autostart/../lab.xml")).toContain("lab.xml");
  expect((await stat(join(folders.lib, "images/lab/nfs.qcow2"))).nlink).toBe(1);
  expect((await stat(image.disk)).nlink).toBe(3);
  expect(image).toMatchObject({
    key: "k",
    disk: join(folders.root, "kept/images/base/k.qcow2"),
    cmdline: "quiet",
  });
  expect(await readdir(folders.warm)).toEqual(["nfs.qcow2", "set.json"]);

  // The image was built again meanwhile: the lab's disks fit only the old one.
  await rm(join(cache, "images/host-k/disk.qcow2"));
  await put("images/host-k/disk.qcow2", "of another day");
  const cached = (file: string) => join(cache, "images/host-k", file);
  const again = {
    ...image,
    disk: cached("disk.qcow2"),
    kernel: cached("vmlinux"),
    initrd: cached("initrd.img"),
  };
  await layOutMounts(folders, { host: again });
  const mounts = new Map((await readMounts(folders)).map(({ from, to }) => [to, from]));
  expect(await readFile(mounts.get("images/base/k.qcow2") ?? "", "utf8")).toBe("of the first day");
  expect(mounts.get("images/base/warm-nfs.qcow2")).toBe(join(folders.warm, "nfs.qcow2"));
  expect(mounts.size).toBe(4);
});

test("a restored lab replaces all that there was of the old one", async () => {
  const folders = await fill();
  const save = join(cache, "saves/a");
  await keepBases(folders, save);
  await keepDisks(folders, save);
  await put("labs/dev/hypervisor/lib/images/lab/later.qcow2");
  await link(join(folders.root, "mounts"), join(cache, "x"));
  await layOut(save, folders, sampleManifest.image);
  expect(await readdir(join(folders.lib, "images/lab"))).toEqual(["nfs.qcow2"]);
});

test("the room for a save is the memories, the disks and a margin", () => {
  expect(roomForSave({ memoryBytes: 2e9, diskBytes: 1e9 })).toBe(3e9 + 256 * 1024 ** 2);
});
