import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { execa } from "execa";
import { LabError } from "../../errors/lab-error";
import { buildOnce, cached } from "../cache";
import { type Progress, timed } from "../progress";
import { pulumiVersion } from "./versions";

/** Where Pulumi publishes its releases. */
export const officialReleases = "https://github.com/pulumi/pulumi/releases/download";
const downloadTimeoutMs = 10 * 60_000;
const listTimeoutMs = 60_000;
const installYourself = "install Pulumi yourself: https://www.pulumi.com/docs/install/";

export function checksumsUrl(releases: string = officialReleases): string {
  return `${releases}/v${pulumiVersion}/pulumi-${pulumiVersion}-checksums.txt`;
}

/** The folder of the official Pulumi that was downloaded before, or undefined. */
export async function cachedOfficialPulumi(): Promise<string | undefined> {
  const folder = await cached("pulumi", officialKey());
  return folder && join(folder, "pulumi");
}

/**
 * The folder of the official Pulumi (engine and language hosts), downloaded once and checked against its release's sums.
 *
 * @throws LabError KVM-204 when the sum is wrong, KVM-207 when the download breaks off.
 */
export async function officialPulumi(
  progress: Progress,
  releases: string = officialReleases,
): Promise<string> {
  const file = `pulumi-v${pulumiVersion}-linux-${process.arch === "arm64" ? "arm64" : "x64"}.tar.gz`;
  const url = `${releases}/v${pulumiVersion}/${file}`;
  const built = await buildOnce(
    "pulumi",
    officialKey(),
    (staging) =>
      timed(progress, `downloading Pulumi ${pulumiVersion}`, async () => {
        const archive = join(staging, file);
        const [list, found] = await Promise.all([
          fetchText(checksumsUrl(releases)),
          download(url, archive),
        ]).catch((error: Error) => Promise.reject(brokenDownload(url, error)));
        const expected = checksumOf(file, list);
        if (found !== expected) throw wrongChecksum(file, expected, found);
        await execa("tar", ["-xzf", archive, "-C", staging], { timeout: downloadTimeoutMs });
        await rm(archive);
      }),
    progress,
  );
  return join(built, "pulumi");
}

function officialKey(): string {
  return `official-${pulumiVersion}-${process.arch}`;
}

/** Picks a file's sum out of a release's list (`<sha256>  <file>` a line). */
export function checksumOf(file: string, list: string): string {
  const line = list.split("\n").find((candidate) => candidate.trim().endsWith(` ${file}`));
  const sum = line?.trim().split(/\s+/)[0];
  if (sum && /^[0-9a-f]{64}$/.test(sum)) return sum;
  throw new LabError({
    code: "KVM-204",
    expected: `a sha256 for ${file} among the release's checksums`,
    found: "none",
    fix: `run the same command again; or ${installYourself}`,
  });
}

async function fetchText(url: string): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(listTimeoutMs) });
  if (!response.ok) throw new Error(`${url}: HTTP ${response.status}`);
  return response.text();
}

/** Writes what the address gives into a file; the answer is its sha256. */
async function download(url: string, path: string): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(downloadTimeoutMs) });
  if (!response.ok || !response.body) throw new Error(`${url}: HTTP ${response.status}`);
  const hash = createHash("sha256");
  const body = Readable.fromWeb(response.body);
  body.on("data", (chunk: Buffer) => hash.update(chunk));
  await pipeline(body, createWriteStream(path));
  return hash.digest("hex");
}

function brokenDownload(url: string, cause: Error): LabError {
  return new LabError({
    code: "KVM-207",
    expected: `${url} to be downloaded within ${downloadTimeoutMs / 60_000} minutes`,
    found: cause.message,
    fix: `check the network and the free disk space, then run the same command again; or ${installYourself}`,
    cause,
  });
}

function wrongChecksum(file: string, expected: string, found: string): LabError {
  return new LabError({
    code: "KVM-204",
    expected: `${file} with sha256 ${expected}`,
    found: `sha256 ${found}`,
    fix: `something between here and the release changes downloads; ${installYourself}`,
  });
}
