import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { lock } from "proper-lockfile";

/** How long to wait for another process that builds the same thing: longer than any build of ours takes. */
const lockWaitMs = 20 * 60_000;
const lockPollMs = 500;

/**
 * Where everything is kept that costs time to make, and what belongs to the labs now running.
 * KVMLAB_CACHE, else XDG_CACHE_HOME/kvm-migration-lab, else ~/.cache/kvm-migration-lab.
 */
export function cacheDir(): string {
  const own = process.env.KVMLAB_CACHE;
  if (own) return own;
  return join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "kvm-migration-lab");
}

/** The folder of one lab's own files (hypervisor, config copy, keys, logs). `lab` is the Pulumi stack's name. */
export function labDir(lab: string): string {
  return join(cacheDir(), "labs", lab);
}

/** A short name for what something is made from: equal parts in equal order give an equal key, anything else another. */
export function contentKey(parts: readonly (string | Buffer)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) {
    const bytes = typeof part === "string" ? Buffer.from(part) : part;
    hash.update(`${bytes.length}:`).update(bytes);
  }
  return hash.digest("hex").slice(0, 16);
}

/**
 * The folder `<cache>/<kind>/<key>`, built by `build` if it is not there yet.
 *
 * `build` fills a folder beside it that gets its name only when all of it succeeded, so a folder that exists is
 * complete. Callers of one key in several processes build it once; the others wait (20 minutes at most).
 */
export async function buildOnce(
  kind: string,
  key: string,
  build: (staging: string) => Promise<void>,
): Promise<string> {
  const parent = join(cacheDir(), kind);
  const finished = join(parent, key);
  if (await exists(finished)) return finished;

  await mkdir(parent, { recursive: true });
  const release = await lock(finished, {
    realpath: false,
    lockfilePath: `${finished}.lock`,
    stale: 30_000,
    retries: { retries: lockWaitMs / lockPollMs, minTimeout: lockPollMs, maxTimeout: lockPollMs },
  });
  try {
    if (await exists(finished)) return finished;
    const staging = await mkdtemp(`${finished}.building-`);
    try {
      await build(staging);
      await rename(staging, finished);
    } catch (error) {
      await rm(staging, { recursive: true, force: true });
      throw error;
    }
    return finished;
  } finally {
    await release();
  }
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
