import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { LabError } from "../../errors/lab-error";
import { buildOnce, contentKey, exists } from "../cache";
import type { Progress } from "../progress";
import { ensureHostImage, type HostImage } from "./host-image";

const downloadLimitMs = 30 * 60_000;

/**
 * The image that the configuration asks for: the lab's own, or another qcow2 by path or by URL with its sha256. Another
 * image boots by its own boot loader and is to have cloud-init.
 *
 * @throws LabError KVM-104 when the path is not there, KVM-357 when a download fails or is not what it should be
 */
export async function ensureConfiguredImage(
  wanted: { readonly hostImage: string; readonly hostImageSha256: string },
  progress: Progress,
): Promise<HostImage> {
  if (wanted.hostImage === "") return ensureHostImage(progress);
  const byItself = { kernel: "", initrd: "", cmdline: "" };
  if (/^https?:/.test(wanted.hostImage)) {
    const disk = await download(wanted.hostImage, wanted.hostImageSha256, progress);
    return { key: wanted.hostImageSha256.slice(0, 16), disk, ...byItself };
  }
  if (!(await exists(wanted.hostImage))) {
    throw new LabError({
      code: "KVM-104",
      expected: `a qcow2 at ${wanted.hostImage} (config key hostImage)`,
      found: "no such file",
      mend: "correct hostImage in the stack's file, or leave it out to take the lab's own image",
    });
  }
  return {
    key: contentKey([wanted.hostImage, await sha256(wanted.hostImage)]),
    disk: wanted.hostImage,
    ...byItself,
  };
}

async function download(url: string, expected: string, progress: Progress): Promise<string> {
  const folder = await buildOnce("images", `downloaded-${expected}`, async (staging) => {
    progress(`downloading ${url}`);
    const path = join(staging, "disk.part");
    const found = await fetchTo(url, path);
    if (found !== expected) throw downloadError(url, `a file with sha256 ${expected}`, `sha256 ${found}`);
    await rename(path, join(staging, "disk.qcow2"));
  });
  return join(folder, "disk.qcow2");
}

async function fetchTo(url: string, path: string): Promise<string> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(downloadLimitMs) });
    if (!response.ok || !response.body) throw new Error(`HTTP ${response.status}`);
    await pipeline(Readable.fromWeb(response.body), createWriteStream(path));
  } catch (error) {
    throw downloadError(url, "the image to download within 30 minutes", (error as Error).message);
  }
  return sha256(path);
}

async function sha256(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

function downloadError(url: string, expected: string, found: string): LabError {
  return new LabError({
    code: "KVM-357",
    expected,
    found: `${url}: ${found}`,
    mend: "correct hostImage and hostImageSha256 in the stack's file, check the network; or download the file yourself and give its path",
  });
}
