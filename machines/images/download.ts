import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { LabError } from "../../errors/lab-error";
import type { Progress } from "../../toolchain/progress";

export interface DownloadLimits {
  /** The whole file. */
  readonly totalMs: number;
  /** Without a single byte, from the first request on. */
  readonly silenceMs: number;
}

const usualLimits: DownloadLimits = { totalMs: 30 * 60_000, silenceMs: 60_000 };

/**
 * Downloads `url` to `path`, and answers with the sha256 of what came. Half a file is the caller's to remove.
 *
 * @throws LabError KVM-357 when the server refuses, falls silent or is too slow; KVM-356 when the disk is full
 */
export async function download(
  url: string,
  path: string,
  progress: Progress,
  limits: DownloadLimits = usualLimits,
): Promise<string> {
  const stop = new AbortController();
  const abort = (reason: string) => stop.abort(new Error(reason));
  const total = setTimeout(() => abort(`not done after ${limits.totalMs / 1000} s`), limits.totalMs);
  const silence = setTimeout(() => abort(`silent for ${limits.silenceMs / 1000} s`), limits.silenceMs);
  const hash = createHash("sha256");
  try {
    const response = await fetch(url, { signal: stop.signal });
    if (!response.ok || !response.body) throw new Error(`HTTP ${response.status}`);
    const say = reportPercent(url, Number(response.headers.get("content-length")), progress);
    const watch = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        silence.refresh();
        hash.update(chunk);
        say(chunk.length);
        done(null, chunk);
      },
    });
    const options = { signal: stop.signal };
    await pipeline(Readable.fromWeb(response.body), watch, createWriteStream(path), options);
  } catch (error) {
    throw failure(url, stop.signal.aborted ? stop.signal.reason : error);
  } finally {
    clearTimeout(total);
    clearTimeout(silence);
  }
  return hash.digest("hex");
}

/** Says each new per cent once; a server that does not tell the size is said to be downloaded from, and no more. */
function reportPercent(url: string, size: number, progress: Progress): (bytes: number) => void {
  progress(`downloading ${url}`);
  let received = 0;
  let said = 0;
  return (bytes) => {
    received += bytes;
    const percent = size > 0 ? Math.floor((received / size) * 100) : 0;
    if (percent <= said) return;
    said = percent;
    progress(`downloading ${url}: ${percent}%`);
  };
}

function failure(url: string, error: unknown): LabError {
  const { code, message, cause } = error as NodeJS.ErrnoException & { readonly cause?: Error };
  if (code === "ENOSPC") {
    return new LabError({
      code: "KVM-356",
      expected: `room for ${url}`,
      found: message,
      fix: "free some disk, or set KVMLAB_CACHE to a folder on a larger one, then run the same command again",
      cause: error,
    });
  }
  // fetch itself says no more than "fetch failed"; why is in its cause.
  return imageRefused(`${url} to download`, [message, cause?.message].filter(Boolean).join(": "), error);
}

/** KVM-357: what `hostImage` names is not to be had, or is something else. */
export function imageRefused(expected: string, found: string, cause?: unknown): LabError {
  return new LabError({
    code: "KVM-357",
    expected,
    found,
    fix: "correct hostImage and hostImageSha256 in the stack's file, check the network; or download the file yourself and give its path",
    cause,
  });
}
