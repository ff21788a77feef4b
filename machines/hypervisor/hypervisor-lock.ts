import { mkdir, rmdir } from "node:fs/promises";
import { dirname } from "node:path";
import lockfile from "proper-lockfile";
import { LabError } from "../../errors/lab-error";
import { hypervisorFolders } from "./hypervisor-folders";

const retryMs = 100;
const waitLimitMs = 90_000;

/**
 * Runs `work` while no other process starts or stops the hypervisor of the same lab.
 *
 * @param onWait called once when another one is at it and this one has to wait.
 * @throws LabError KVM-315 when the other is still at it after 90 s.
 */
export async function withHypervisorLock<Result>(
  lab: string,
  onWait: () => void,
  work: () => Promise<Result>,
): Promise<Result> {
  const { lock } = hypervisorFolders(lab);
  const folder = dirname(lock);
  await mkdir(folder, { recursive: true });
  const release = await acquire(folder, lock, 0).catch(() => {
    onWait();
    return acquire(folder, lock, waitLimitMs / retryMs).catch((cause) => {
      throw stillLocked(lab, cause);
    });
  });
  try {
    return await work();
  } finally {
    await release().catch(() => undefined);
    // The lab's folder goes with the last thing in it.
    await rmdir(folder).catch(() => undefined);
  }
}

function acquire(folder: string, lock: string, retries: number): Promise<() => Promise<void>> {
  return lockfile.lock(folder, {
    lockfilePath: lock,
    // One that was killed lets go after this.
    stale: 10_000,
    retries: { retries, minTimeout: retryMs, maxTimeout: retryMs, factor: 1 },
    // Losing the lock (this process was stopped for ten seconds) must not end the program from within a timer.
    onCompromised: () => undefined,
  });
}

function stillLocked(lab: string, cause: unknown): LabError {
  return new LabError({
    code: "KVM-315",
    expected: `the lock on the hypervisor of lab "${lab}" within ${waitLimitMs / 1000} s`,
    found: `another ./lab holds it (${cause instanceof Error ? cause.message : String(cause)})`,
    fix: "wait until the other ./lab up or ./lab down has ended, then run the same command again",
    cause,
  });
}
