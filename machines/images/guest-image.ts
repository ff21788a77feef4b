import { copyFile, mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { buildOnce, cached, contentKey } from "../../toolchain/cache";
import type { Progress } from "../../toolchain/progress";
import { ensureHostImage, type HostImage, knownHostImage } from "./host-image";
import { tool } from "./tool";

const diskSize = "64M";
/** What a device that takes the guest's disk must have. */
export const guestDiskBytes = 64 * 1024 * 1024;

/** What is put on the share for a guest. */
export interface GuestFiles {
  /** Names the content. */
  readonly key: string;
  /** vmlinux, initrd.img and disk.qcow2 in one .tar.gz, to be unpacked on the share. */
  readonly bundle: string;
}

/** The lab's guest: a tiny Linux whose only program is the probe. */
export interface GuestImage extends GuestFiles {
  readonly kernel: string;
  readonly initrd: string;
  /** An empty ext4 file system in a qcow2. */
  readonly disk: string;
}

/**
 * The guest's files, made together with the host image (the same kernel) and taken from the cache afterwards.
 *
 * @throws LabError as ensureHostImage
 */
export async function ensureGuestImage(progress: Progress): Promise<GuestImage> {
  const host = await ensureHostImage(progress);
  const key = keyOf(host);
  const folder = await buildOnce(
    "images",
    `guest-${key}`,
    async (staging) => {
      progress("packing the guest");
      const tree = join(staging, "tree");
      await mkdir(tree);
      await copyFile(host.kernel, join(tree, "vmlinux"));
      await copyFile(join(dirname(host.disk), "guest-initrd.img"), join(tree, "initrd.img"));
      const raw = join(staging, "disk.raw");
      await tool("mke2fs", ["-q", "-t", "ext4", "-L", "guest", "-m", "0", "-b", "1024", raw, diskSize]);
      await tool("qemu-img", ["convert", "-f", "raw", "-O", "qcow2", raw, join(tree, "disk.qcow2")]);
      await rm(raw);
      await packGuest(tree, join(staging, "guest.tar.gz"));
    },
    progress,
  );
  return filesIn(folder, key);
}

/** The guest's files if they are in the cache already; nothing is built. */
export async function knownGuestImage(): Promise<GuestImage | undefined> {
  const host = await knownHostImage();
  if (host === undefined) return undefined;
  const folder = await cached("images", `guest-${keyOf(host)}`);
  return folder === undefined ? undefined : filesIn(folder, keyOf(host));
}

function keyOf(host: HostImage): string {
  return contentKey([host.key, diskSize]);
}

function filesIn(folder: string, key: string): GuestImage {
  const at = (file: string) => join(folder, file);
  return {
    key,
    bundle: at("guest.tar.gz"),
    kernel: at("tree/vmlinux"),
    initrd: at("tree/initrd.img"),
    disk: at("tree/disk.qcow2"),
  };
}

/** Packs a folder as the same bytes each time. */
async function packGuest(tree: string, archive: string): Promise<void> {
  const reproducible = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner"];
  await tool("tar", [...reproducible, "-czf", archive, "-C", tree, "."]);
}
