import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { LabError } from "../../errors/lab-error";
import type { BootableImage, HostImages, Hypervisor, ImagePaths } from "./hypervisor";
import type { HypervisorFolders } from "./hypervisor-folders";
import { warmMounts } from "./warm-machines";

/** One file of this machine that the hypervisor sees, read-only, at another path. */
export interface ImageMount {
  /** Absolute path on this machine. */
  readonly from: string;
  /** Path under /var/lib/libvirt. */
  readonly to: string;
}

const libvirtHome = "/var/lib/libvirt";

/**
 * Where an image's files appear. The same in every lab, so that what one lab saved can be used by another; and
 * different for every image, so that machines made from an earlier one keep theirs.
 */
export function imageMounts(image: BootableImage): ImageMount[] {
  const boot = [image.kernel, image.initrd].filter((file) => file !== "");
  return [
    { from: image.disk, to: `images/base/${image.key}.qcow2` },
    ...boot.map((file) => ({ from: file, to: `boot/${image.key}/${basename(file)}` })),
  ];
}

/** The same files as the hypervisor's libvirtd names them. */
export function imagePaths(image: BootableImage): ImagePaths {
  const inside = (file: string) => (file === "" ? "" : `${libvirtHome}/boot/${image.key}/${basename(file)}`);
  return {
    baseVolume: { pool: "base", path: `${libvirtHome}/images/base/${image.key}.qcow2`, format: "qcow2" },
    kernel: inside(image.kernel),
    initrd: inside(image.initrd),
    cmdline: image.cmdline,
  };
}

/** All images of a hypervisor, as its libvirtd names them. */
export function pathsOfAll({
  host,
  otherImages = {},
}: HostImages): ImagePaths & Pick<Hypervisor, "otherImages"> {
  const others = Object.entries(otherImages).map(([name, image]) => [name, imagePaths(image)]);
  return { ...imagePaths(host), otherImages: Object.fromEntries(others) };
}

export function allImages({ host, otherImages = {} }: HostImages): BootableImage[] {
  return [host, ...Object.values(otherImages)];
}

/** The wanted mounts and those of earlier images, which machines may still be made from. */
export function mergeMounts(earlier: readonly ImageMount[], wanted: readonly ImageMount[]): ImageMount[] {
  const taken = new Set(wanted.map((mount) => mount.to));
  return [...earlier.filter((mount) => !taken.has(mount.to)), ...wanted];
}

/** The list as namespace-init.sh reads it: "FROM TAB TO" a line. */
export function parseMounts(text: string): ImageMount[] {
  return text.split("\n").flatMap((line) => {
    const [from, to] = line.split("\t");
    return from !== undefined && to !== undefined ? [{ from, to }] : [];
  });
}

export function renderMounts(mounts: readonly ImageMount[]): string {
  return mounts.map(({ from, to }) => `${from}\t${to}\n`).join("");
}

export async function readMounts(folders: HypervisorFolders): Promise<ImageMount[]> {
  return parseMounts(await readFile(folders.mounts, "utf8").catch(() => ""));
}

export async function writeMounts(folders: HypervisorFolders, mounts: readonly ImageMount[]): Promise<void> {
  await writeFile(folders.mounts, renderMounts(mounts));
}

/** Makes the empty files that mounts cover; those that are there already, mounted on or not, stay as they are. */
export async function makeMountPoints(
  folders: HypervisorFolders,
  mounts: readonly ImageMount[],
): Promise<void> {
  for (const { to } of mounts) {
    const file = join(folders.lib, to);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, "", { flag: "a" });
  }
}

/** Files that a restored lab brought with it, by their paths inside. */
export function keptFolder({ root }: Pick<HypervisorFolders, "root">): string {
  return join(root, "kept");
}

/**
 * Lists the mounts of a hypervisor that is about to start: the wanted images' and those earlier ones' that still exist. What a
 * restored lab brought with it stays its own: an image of the same name in the cache may have been built on another day.
 */
export async function layOutMounts(folders: HypervisorFolders, images: HostImages): Promise<void> {
  const earlier = (await readMounts(folders)).filter((mount) => existsSync(mount.from));
  const kept = earlier.filter(({ from }) => from.startsWith(`${keptFolder(folders)}/`));
  const wanted = [...allImages(images).flatMap(imageMounts), ...warmMounts(folders)];
  const mounts = mergeMounts(mergeMounts(earlier, wanted), kept);
  for (const folder of ["images/base", "boot"])
    await rm(join(folders.lib, folder), { recursive: true, force: true });
  await makeMountPoints(folders, mounts);
  await writeMounts(folders, mounts);
}

/** @throws LabError KVM-318 when the image is not one that can be mounted. */
export function refuseUnusableImage(image: BootableImage): void {
  const expected = "a host image whose files are there";
  const fix =
    "rm -r the image's folder in the cache to have it built again, or correct `hostImage` in the stack's config";
  if (!/^[\w.-]+$/.test(image.key))
    throw new LabError({ code: "KVM-318", expected, found: `key "${image.key}"`, fix });
  for (const { from } of imageMounts(image)) {
    if (existsSync(from) && !/[\t\n]/.test(from)) continue;
    throw new LabError({ code: "KVM-318", expected, found: `no such file: ${from}`, fix });
  }
}
