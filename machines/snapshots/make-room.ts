import { LabError } from "../../errors/lab-error";
import { removeCached } from "../../toolchain/cached-folders";
import type { Progress } from "../../toolchain/progress";
import { bootKind } from "./boot-snapshots";
import { type StoredSnapshot, storedSnapshots } from "./stored-snapshots";

const defaultGib = 10;
const gib = 1024 ** 3;

/**
 * What all snapshots may take together, from KVMLAB_SNAPSHOT_LIMIT_GIB; KVMLAB_WARM_LIMIT_GIB is its older name.
 *
 * @throws LabError KVM-914 when that is no number
 */
export function snapshotLimitBytes(env: Readonly<Record<string, string | undefined>> = process.env): number {
  const name = env.KVMLAB_SNAPSHOT_LIMIT_GIB ? "KVMLAB_SNAPSHOT_LIMIT_GIB" : "KVMLAB_WARM_LIMIT_GIB";
  const text = env[name] || String(defaultGib);
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * gib;
  throw new LabError({
    code: "KVM-914",
    expected: `${name} to be a number of GiB, such as 6 or 2.5`,
    found: `${name}=${text}`,
    fix: `export ${name}=2.5, or unset it for the default of ${defaultGib}`,
  });
}

/**
 * The booted servers that go, the least recently used first, until all snapshots together take no more than the limit. Never the one just
 * made, and never what only its user can make again: a saved lab, or the state that a lab is reset to.
 */
export function surplusBoots(
  snapshots: readonly StoredSnapshot[],
  limitBytes: number,
  justMade: string,
): StoredSnapshot[] {
  let total = snapshots.reduce((sum, { bytes }) => sum + bytes, 0);
  const oldestFirst = snapshots
    .filter(({ kind, name }) => kind === "boot" && name !== justMade)
    .sort((a, b) => a.usedAtMs - b.usedAtMs || a.name.localeCompare(b.name));
  const surplus: StoredSnapshot[] = [];
  for (const snapshot of oldestFirst) {
    if (total <= limitBytes) break;
    total -= snapshot.bytes;
    surplus.push(snapshot);
  }
  return surplus;
}

/**
 * Makes room after servers were booted and kept. Labs that run from some that go keep working: their files are hard links to the same
 * data, which stays until the last of them is removed. One that finds them gone when it is about to link them boots.
 */
export async function makeRoom(justMade: string, progress: Progress): Promise<void> {
  for (const { name } of surplusBoots(await storedSnapshots(), snapshotLimitBytes(), justMade)) {
    // A lab is being built: that old servers stay where they are must not end it.
    await removeCached(bootKind, name).then(
      () => progress(`removed the kept servers ${name}, not used for the longest time`),
      (error: Error) => progress(`the kept servers ${name} cannot be removed: ${error.message}`),
    );
  }
}
