import { open, rename, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { LabError } from "../../errors/lab-error";
import { buildOnce, contentKey } from "../../toolchain/cache";
import type { Progress } from "../../toolchain/progress";
import { download, imageRefused } from "./download";
import { ensureHostImage, type HostImage } from "./host-image";

/** What a qcow2 begins with: "QFI" and 0xfb. */
const qcow2Magic = Buffer.from([0x51, 0x46, 0x49, 0xfb]);

/** Another image starts by its own boot loader. */
const bootsByItself = { kernel: "", initrd: "", cmdline: "" };

/**
 * The image that the configuration asks for: the lab's own, or another qcow2 by path or by URL with its sha256. Another
 * image boots by its own boot loader and is to have cloud-init. A download is kept in the cache; a file that was given
 * by path is used where it lies.
 *
 * @throws LabError KVM-104 when the path is not a qcow2, KVM-356 and KVM-357 when a download fails or is not what it
 *   should be, and what ensureHostImage throws
 */
export async function ensureConfiguredImage(
  wanted: { readonly hostImage: string; readonly hostImageSha256: string },
  progress: Progress,
): Promise<HostImage> {
  if (wanted.hostImage === "") return ensureHostImage(progress);
  if (/^https?:/.test(wanted.hostImage)) {
    return downloaded(wanted.hostImage, wanted.hostImageSha256.toLowerCase(), progress);
  }
  return given(resolve(wanted.hostImage));
}

async function given(path: string): Promise<HostImage> {
  const file = await stat(path).catch(() => undefined);
  if (!file?.isFile() || !(await isQcow2(path))) {
    throw new LabError({
      code: "KVM-104",
      expected: `a qcow2 at ${path} (config key hostImage)`,
      found: file ? "something else" : "no such file",
      fix: "correct hostImage in the stack's file, or leave it out to take the lab's own image; qemu-img convert -O qcow2 makes a qcow2 of other formats",
    });
  }
  // Reading gigabytes at each command would cost more than the rest of it; a changed file has another time or size.
  const key = contentKey([path, String(file.size), String(file.mtimeMs)]);
  return { key, disk: path, ...bootsByItself };
}

async function downloaded(url: string, sha256: string, progress: Progress): Promise<HostImage> {
  const folder = await buildOnce(
    "images",
    `downloaded-${sha256}`,
    async (staging) => {
      const path = join(staging, "disk.part");
      const found = await download(url, path, progress);
      if (found !== sha256) throw imageRefused(`${url} to have sha256 ${sha256}`, `sha256 ${found}`);
      if (!(await isQcow2(path))) throw imageRefused(`${url} to be a qcow2`, "another format");
      await rename(path, join(staging, "disk.qcow2"));
    },
    progress,
  );
  return { key: sha256.slice(0, 16), disk: join(folder, "disk.qcow2"), ...bootsByItself };
}

async function isQcow2(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(qcow2Magic.length), 0, qcow2Magic.length, 0);
    return buffer.equals(qcow2Magic);
  } finally {
    await file.close();
  }
}
