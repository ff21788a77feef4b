import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { cacheDir } from "../cache";
import { checksumsUrl } from "./official-download";

/** What a machine without internet may lose at most, once an hour and only while something is missing. */
const reachTimeoutMs = 4_000;
/** How long a verdict holds: a machine does not change its place in the network every minute. */
const verdictLifeMs = 60 * 60_000;

const verdictShape = z.object({ reachable: z.boolean(), at: z.number() });

/**
 * Whether Pulumi's own downloads can be had here. Found out by one short request; the answer is kept for an hour.
 * KVMLAB_OFFLINE=1 answers "no" without asking.
 */
export async function officialReachable(url: string = checksumsUrl()): Promise<boolean> {
  if (process.env.KVMLAB_OFFLINE === "1") return false;
  const path = join(cacheDir(), "official-reachable.json");
  const known = verdictIn(await readFile(path, "utf8").catch(() => ""), Date.now());
  if (known !== undefined) return known;
  const reachable = await answers(url);
  await mkdir(cacheDir(), { recursive: true });
  await writeFile(path, JSON.stringify({ reachable, at: Date.now() }));
  return reachable;
}

/** The verdict that a file's text holds, unless it is too old or makes no sense. */
export function verdictIn(text: string, nowMs: number): boolean | undefined {
  try {
    const { reachable, at } = verdictShape.parse(JSON.parse(text));
    return at <= nowMs && nowMs - at < verdictLifeMs ? reachable : undefined;
  } catch {
    return undefined;
  }
}

/** A GET: not every mirror of a release answers HEAD. Its body is not read. */
async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(reachTimeoutMs) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
