import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";
import { lock } from "proper-lockfile";
import { LabError } from "../errors/lab-error";
import { isAtWork, processMark } from "./process-mark";
import type { Progress } from "./progress";

/** How long to wait for another process that builds the same thing: longer than any build of ours takes. */
const lockWaitMs = 20 * 60_000;
const lockPollMs = 500;
/** What is not finished, or not any more, has it in its name, and after it the process that is at it. */
export const stagingMark = ".building-";
/** A process that was killed lets go of its locks after this. */
export const lockStaleMs = 15_000;

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
  return join(labsDir(), lab);
}

/** The names of all that have such a folder: labs, up or not, and hypervisors that boot machines to keep their memory. */
export async function namesOfLabs(): Promise<string[]> {
  return readdir(labsDir()).catch(() => []);
}

const labsDir = () => join(cacheDir(), "labs");

/** A short name for what something is made from: equal parts in equal order give an equal key, anything else another. */
export function contentKey(parts: readonly (string | Buffer)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) {
    const bytes = typeof part === "string" ? Buffer.from(part) : part;
    hash.update(`${bytes.length}:`).update(bytes);
  }
  return hash.digest("hex").slice(0, 16);
}

/** The folder `<cache>/<kind>/<key>` when it is there, and so complete. */
export async function cached(kind: string, key: string): Promise<string | undefined> {
  const finished = join(cacheDir(), kind, key);
  return (await exists(finished)) ? finished : undefined;
}

/**
 * The folder `<cache>/<kind>/<key>`, built by `build` if it is not there yet.
 *
 * `build` fills a folder beside it that gets its name only when all of it succeeded, so a folder that exists is
 * complete. Callers of one key in several processes build it once; the others wait, and `progress` says so. What a
 * builder that was killed left behind is cleared away by the next one.
 *
 * @throws LabError KVM-201 when the other process has not finished after 20 minutes.
 */
export async function buildOnce(
  kind: string,
  key: string,
  build: (staging: string) => Promise<void>,
  progress: Progress = () => undefined,
): Promise<string> {
  const finished = join(cacheDir(), kind, key);
  if (await exists(finished)) return finished;

  await mkdir(dirname(finished), { recursive: true });
  const release = await lockOf(finished, () =>
    progress(`waiting for another process that makes ${kind}/${key}`),
  );
  try {
    if (await exists(finished)) return finished;
    await removeAbandoned(finished);
    const staging = await mkdtemp(`${finished}${stagingMark}${processMark()}-`);
    try {
      await build(staging);
      await rename(staging, finished);
    } catch (error) {
      await rm(staging, { recursive: true, force: true });
      if (!(await exists(finished))) throw error;
    }
    return finished;
  } finally {
    await release();
  }
}

/** Does `work` while no other process does anything under the same name; waits as buildOnce does. */
export async function exclusively<T>(name: string, work: () => Promise<T>, progress: Progress): Promise<T> {
  await mkdir(cacheDir(), { recursive: true });
  const release = await lockOf(join(cacheDir(), name), () =>
    progress(`waiting for another process that is at work on ${name}`),
  );
  try {
    return await work();
  } finally {
    await release();
  }
}

async function lockOf(finished: string, waiting: () => void): Promise<() => Promise<void>> {
  // A process that was killed lets go after `stale`. One that was only stopped for so long may find its lock taken:
  // then both build, each in a folder of its own, and the first to finish gives the name.
  const options = {
    realpath: false,
    lockfilePath: `${finished}.lock`,
    stale: lockStaleMs,
    onCompromised: () => undefined,
  };
  const first = await lock(finished, options).catch(ifLocked);
  if (first) return tolerant(first);
  waiting();
  const retries = { retries: lockWaitMs / lockPollMs, minTimeout: lockPollMs, maxTimeout: lockPollMs };
  const later = await lock(finished, { ...options, retries }).catch(ifLocked);
  if (later) return tolerant(later);
  throw new LabError({
    code: "KVM-201",
    expected: `another process to finish with ${finished} within ${lockWaitMs / 60_000} minutes`,
    found: "it still holds the lock",
    fix: `wait for it, or end it; then run the same command again (the lock is ${finished}.lock)`,
  });
}

function ifLocked(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ELOCKED") throw error;
}

/** A lock that was lost on the way needs no release. */
function tolerant(release: () => Promise<void>): () => Promise<void> {
  return () =>
    release().catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ERELEASED") throw error;
    });
}

async function removeAbandoned(finished: string): Promise<void> {
  const parent = dirname(finished);
  const prefix = `${basename(finished)}${stagingMark}`;
  for (const name of await readdir(parent)) {
    if (name.startsWith(prefix) && !isAtWork(name.slice(prefix.length)))
      await rm(join(parent, name), { recursive: true, force: true });
  }
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
