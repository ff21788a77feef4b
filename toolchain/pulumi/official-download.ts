import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { execa } from "execa";
import { z } from "zod";
import { LabError } from "../../errors/lab-error";
import { buildOnce, cacheDir } from "../cache";
import type { Progress } from "../progress";
import { pulumiVersion } from "./versions";

const releases = "https://github.com/pulumi/pulumi/releases/download";
/** How long a machine without internet may cost at most, once. */
const reachTimeoutMs = 4_000;
const downloadTimeoutMs = 10 * 60_000;
/** How long a verdict holds: a machine does not change its place in the network every minute. */
const verdictLifeMs = 60 * 60_000;

const verdictShape = z.object({ reachable: z.boolean(), at: z.number() });

/**
 * Whether Pulumi's own downloads can be had here. Found out by one short request; the answer is kept for an hour.
 * KVMLAB_OFFLINE=1 answers "no" without asking.
 */
export async function officialReachable(): Promise<boolean> {
  if (process.env.KVMLAB_OFFLINE === "1") return false;
  const path = join(cacheDir(), "official-reachable.json");
  const known = verdictShape.safeParse(await readFile(path, "utf8").then(parseJson, () => undefined));
  if (known.success && Date.now() - known.data.at < verdictLifeMs) return known.data.reachable;
  const reachable = await fetch(checksumsUrl(), {
    method: "HEAD",
    signal: AbortSignal.timeout(reachTimeoutMs),
  }).then(
    (response) => response.ok,
    () => false,
  );
  await mkdir(cacheDir(), { recursive: true });
  await writeFile(path, JSON.stringify({ reachable, at: Date.now() }));
  return reachable;
}

/** The folder of the official Pulumi (engine and language hosts), downloaded once and checked against its release's sums. */
export async function officialPulumi(progress: Progress): Promise<string> {
  const file = `pulumi-v${pulumiVersion}-linux-${process.arch === "arm64" ? "arm64" : "x64"}.tar.gz`;
  const built = await buildOnce("pulumi", `official-${pulumiVersion}-${process.arch}`, async (staging) => {
    progress(`downloading Pulumi ${pulumiVersion}`);
    const archive = join(staging, file);
    const expected = checksumOf(file, await fetchText(checksumsUrl()));
    const found = await download(`${releases}/v${pulumiVersion}/${file}`, archive);
    if (found !== expected) throw wrongChecksum(file, expected, found);
    await execa("tar", ["-xzf", archive, "-C", staging], { timeout: downloadTimeoutMs });
    await rm(archive);
  });
  return join(built, "pulumi");
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
    mend: "try again; or install Pulumi yourself: https://www.pulumi.com/docs/install/",
  });
}

function checksumsUrl(): string {
  return `${releases}/v${pulumiVersion}/pulumi-${pulumiVersion}-checksums.txt`;
}

async function fetchText(url: string): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(60_000) });
  if (!response.ok) throw new Error(`${url}: HTTP ${response.status}`);
  return response.text();
}

async function download(url: string, path: string): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(downloadTimeoutMs) });
  if (!response.ok || !response.body) throw new Error(`${url}: HTTP ${response.status}`);
  const hash = createHash("sha256");
  const body = Readable.fromWeb(response.body);
  body.on("data", (chunk: Buffer) => hash.update(chunk));
  await pipeline(body, createWriteStream(path));
  return hash.digest("hex");
}

function wrongChecksum(file: string, expected: string, found: string): LabError {
  return new LabError({
    code: "KVM-204",
    expected: `${file} with sha256 ${expected}`,
    found: `sha256 ${found}`,
    mend: "something between here and the release changes downloads; install Pulumi yourself: https://www.pulumi.com/docs/install/",
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
