/** What of a private hypervisor's folder is part of a save, and how it gets there and back. */
import { copyFile, mkdir, readdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import type { BootableImage, HostImages, ImagePaths } from "../hypervisor/hypervisor";
import type { HypervisorFolders } from "../hypervisor/hypervisor-folders";
import { keptFolder, readMounts, writeMounts } from "../hypervisor/image-mounts";
import { copyTree, linkOrCopy } from "./copy-tree";
import type { SavedImage } from "./manifest";

/** Of /var/lib/libvirt: mount points, and what a daemon makes again when it starts. */
const notKept = new Set(["boot", "dnsmasq", "images/base"]);
/** Of /var/lib/libvirt/qemu: what belongs to machines, not to their running processes. */
const keptOfQemu = ["nvram", "save", "snapshot", "checkpoint"];

/** Where the parts lie in a save. */
const parts = (save: string) => ({
  etc: join(save, "hypervisor/etc"),
  lib: join(save, "hypervisor/lib"),
  set: join(save, "hypervisor/set.json"),
  bases: join(save, "hypervisor/bases"),
  memory: join(save, "memory"),
});

export function memoryFolder(save: string): string {
  return parts(save).memory;
}

/** Definitions, and the files that disks are made from: these never change, so they may be taken while machines run. */
export async function keepBases(folders: HypervisorFolders, save: string): Promise<void> {
  const { etc, set, bases, memory } = parts(save);
  await mkdir(memory, { recursive: true, mode: 0o700 });
  await copyTree(folders.etc, etc);
  await copyFile(join(folders.warm, "set.json"), set).catch(unlessMissing);
  for (const { from, to } of await readMounts(folders)) await linkOrCopy(from, join(bases, to));
}

/** The machines' own disks, while they stand still. */
export async function keepDisks(folders: HypervisorFolders, save: string): Promise<void> {
  for (const part of await ownParts(folders))
    await copyTree(join(folders.lib, part), join(parts(save).lib, part));
}

/** Of /var/lib/libvirt, what machines have written. */
export async function ownParts({ lib }: Pick<HypervisorFolders, "lib">): Promise<string[]> {
  const [top, images, qemu] = await Promise.all(
    ["", "images", "qemu"].map((folder) => namesIn(join(lib, folder))),
  );
  return [
    ...(top ?? []).filter((name) => name !== "images" && name !== "qemu"),
    ...(images ?? []).map((name) => `images/${name}`),
    ...(qemu ?? []).filter((name) => keptOfQemu.includes(name)).map((name) => `qemu/${name}`),
  ].filter((part) => !notKept.has(part));
}

/**
 * Makes a hypervisor's folder from a save, as a start expects it: the disks copies of their own, what they are made from links. It
 * replaces what there was.
 *
 * @returns the host images, in the lab's own folder: one of the same name in the cache may have been built again
 */
export async function layOut(
  save: string,
  folders: HypervisorFolders,
  image: SavedImage,
): Promise<HostImages> {
  const { etc, lib, set, bases } = parts(save);
  await rm(folders.root, { recursive: true, force: true });
  await mkdir(folders.root, { recursive: true, mode: 0o700 });
  await copyTree(etc, folders.etc);
  // libvirtd would run all that is there; a start lays the project's own again.
  await rm(join(folders.etc, "hooks"), { recursive: true, force: true });
  await copyTree(lib, folders.lib);
  await mkdir(folders.warm, { recursive: true });
  await copyFile(set, join(folders.warm, "set.json")).catch(unlessMissing);
  const mounts = [];
  for (const to of await filesBelow(bases)) {
    const from = placeOfBase(folders, to);
    await linkOrCopy(join(bases, to), from);
    mounts.push({ from, to });
  }
  await writeMounts(folders, mounts);
  const others = Object.entries(image.otherImages).map(([name, other]) => [name, imageIn(folders, other)]);
  return { host: imageIn(folders, image), otherImages: Object.fromEntries(others) };
}

/** Disks of booted servers have a place of their own, by which a start knows that the lab has them. */
function placeOfBase(folders: HypervisorFolders, to: string): string {
  const warm = /^images\/base\/warm-(\w+\.qcow2)$/.exec(to)?.[1];
  return warm === undefined ? join(keptFolder(folders), to) : join(folders.warm, warm);
}

function imageIn(
  folders: HypervisorFolders,
  { baseVolume, kernel, initrd, cmdline }: ImagePaths,
): BootableImage {
  const own = (inside: string) =>
    inside === "" ? "" : join(keptFolder(folders), inside.replace(/^\/var\/lib\/libvirt\//, ""));
  const key = basename(baseVolume.path, ".qcow2");
  return { key, disk: own(baseVolume.path), kernel: own(kernel), initrd: own(initrd), cmdline };
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1));
}

function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

function unlessMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}
