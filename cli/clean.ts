import { rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { LabError } from "../errors/lab-error";
import { hypervisorFolders } from "../machines/hypervisor";
import { readMounts } from "../machines/hypervisor/image-mounts";
import { bootKind } from "../machines/snapshots/boot-snapshots";
import { clearOwnHypervisor, isOwnHypervisor } from "../machines/snapshots/boots/own-hypervisor";
import { cacheDir, labDir, namesOfLabs } from "../toolchain/cache";
import {
  bytesOf,
  cachedKeys,
  type FolderBytes,
  keysBeingMade,
  removeCached,
  removeUnfinished,
} from "../toolchain/cached-folders";
import { byteText } from "./byte-text";
import { refuseWhileAtWork } from "./lab-lock";
import { labStack } from "./lab-stack";

/** What is kept, in the words of `./lab doctor`, and the cache's folders of it. */
const kept = {
  "warm servers": [bootKind],
  images: ["images"],
  toolchain: ["pulumi", "pulumi-home", "go", "go-caches", "libvirt-sdk"],
  acceleration: ["acceleration"],
} as const;

/** A verdict that belongs to the toolchain and is a file. */
const officialReach = "official-reachable.json";

/** What of the cache goes, and what of it stays although it was asked for. */
export interface CleanPlan {
  readonly remove: readonly { readonly kind: string; readonly key: string }[];
  /** Images that a lab's disks are made from: one that is built again has other blocks. */
  readonly inUse: readonly { readonly key: string; readonly labs: readonly string[] }[];
}

/**
 * `./lab clean`: removes what only saves time. Labs, their state and the passphrase stay, and so does what a lab runs from.
 *
 * @throws LabError KVM-907 while a command is at work on a lab, KVM-915 while another makes something in the cache
 */
export async function clean(options: { readonly all: boolean }): Promise<void> {
  const names = await namesOfLabs();
  const labs = names.filter((name) => !isOwnHypervisor(name));
  for (const name of labs) await refuseWhileAtWork(labStack(name));
  const parts = Object.entries(kept).filter(([what]) => options.all || what === "warm servers");
  // Whoever builds an image may be about to use what is finished beside it.
  await refuseWhileMaking([...Object.values(kept).flat(), "."]);
  const freed: FolderBytes[] = [];
  // What those left that were killed while they booted machines to keep their memory.
  for (const name of names.filter(isOwnHypervisor)) {
    freed.push(await bytesOf(labDir(name)));
    await clearOwnHypervisor(name);
  }
  const usedBy = await imagesInUse(labs);
  for (const [what, kinds] of parts) {
    const { remove, inUse } = planOf(await Promise.all(kinds.map(keysOf)), usedBy);
    for (const { kind, key } of remove) {
      freed.push(await bytesOf(join(cacheDir(), kind, key)));
      await removeCached(kind, key);
    }
    for (const kind of kinds) freed.push({ own: await removeUnfinished(kind), linked: 0 });
    console.log(`${what}: ${remove.length} removed`);
    for (const { key, labs: users } of inUse) {
      console.log(`  left: ${key}, which ${users.join(" and ")} ${users.length === 1 ? "runs" : "run"} from`);
    }
  }
  if (options.all) await rm(join(cacheDir(), officialReach), { force: true });
  console.log(freedText(freed));
  if (labs.length > 0)
    console.log(`Left as they are: the labs ${labs.join(", ")} (./lab down NAME removes one)`);
}

/** Never an image that a lab runs from; all else that is finished. */
export function planOf(
  kinds: readonly { readonly kind: string; readonly keys: readonly string[] }[],
  usedBy: ReadonlyMap<string, readonly string[]>,
): CleanPlan {
  const all = kinds.flatMap(({ kind, keys }) => keys.map((key) => ({ kind, key })));
  const users = ({ kind, key }: { kind: string; key: string }) =>
    kind === "images" ? (usedBy.get(key) ?? []) : [];
  return {
    remove: all.filter((one) => users(one).length === 0),
    inUse: all.flatMap((one) => (users(one).length > 0 ? [{ key: one.key, labs: users(one) }] : [])),
  };
}

/** What went is counted without what labs have links to: that takes its room until they are gone. */
export function freedText(removed: readonly FolderBytes[]): string {
  const sum = (part: keyof FolderBytes) => removed.reduce((total, bytes) => total + bytes[part], 0);
  const later = sum("linked");
  const rest = later > 0 ? `; ${byteText(later)} more when the labs that run from it are gone` : "";
  return `${byteText(sum("own"))} freed${rest}.`;
}

async function keysOf(kind: string): Promise<{ kind: string; keys: string[] }> {
  return { kind, keys: await cachedKeys(kind) };
}

async function refuseWhileMaking(kinds: readonly string[]): Promise<void> {
  for (const kind of kinds) {
    const [key] = await keysBeingMade(kind);
    if (key === undefined) continue;
    throw new LabError({
      code: "KVM-915",
      expected: `nothing to be made in ${cacheDir()} at this moment`,
      found: `another process makes ${join(kind, key)}`,
      fix: "wait for it, or end it with Ctrl-C where it runs; then run the same command again",
    });
  }
}

/** Which labs have disks on which image. By the name of the image's folder: its path may be written in several ways. */
async function imagesInUse(labs: readonly string[]): Promise<Map<string, string[]>> {
  const users = new Map<string, string[]>();
  for (const lab of labs) {
    const mounts = await readMounts(hypervisorFolders(lab));
    for (const key of new Set(mounts.map(({ from }) => basename(dirname(from)))))
      users.set(key, [...(users.get(key) ?? []), lab]);
  }
  return users;
}
