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
 * @throws LabError KVM-315 when another one is still at it after 90 s.
 */
export async function withHypervisorLock<Result>(lab: string, work: () => Promise<Result>): Promise<Result> {
  const { lock } = hypervisorFolders(lab);
  const folder = dirname(lock);
  await mkdir(folder, { recursive: true });
  const release = await acquire(lab, folder, lock);
  try {
    return await work();
  } finally {
    await release().catch(() => undefined);
    // The lab's folder goes with the last thing in it.
    await rmdir(folder).catch(() => undefined);
  }
}

async function acquire(lab: string, folder: string, lock: string): Promise<() => Promise<void>> {
  const retries = { retries: waitLimitMs / retryMs, minTimeout: retryMs, maxTimeout: retryMs, factor: 1 };
  try {
    // Losing it (this process was stopped for ten seconds) must not end the program from within a timer.
    return await lockfile.lock(folder, {
      lockfilePath: lock,
      stale: 10_000,
      retries,
      onCompromised: () => undefined,
    });
  } catch (cause) {
    throw new LabError({
      code: "KVM-315",
      expected: `the lock on the hypervisor of lab "${lab}" within ${waitLimitMs / 1000} s`,
      found: `another ./lab holds it (${cause instanceof Error ? cause.message : String(cause)})`,
      mend: "wait until the other ./lab up or ./lab down has ended, then run the same command again",
      cause,
    });
  }
}
