import { existsSync } from "node:fs";
import { link, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Progress } from "../../toolchain/progress";
import { type WarmServer, warmServers } from "./hypervisor";
import type { HypervisorFolders } from "./hypervisor-folders";
import type { ImageMount } from "./image-mounts";

/** Booted machines that a lab's may be started from: of each its disk and, belonging to it, its memory. Files of this machine. */
export interface WarmMachines {
  /** Changes whenever the content does. */
  readonly key: string;
  /** Names the guest's files that lie on their share. */
  readonly guestKey: string;
  readonly machines: Partial<
    Readonly<Record<WarmServer, { readonly disk: string; readonly memory: string }>>
  >;
}

/**
 * Puts them where a new hypervisor finds them: the memory where libvirt keeps managed saves, so that a machine's first start
 * is from it, and the disk beside the host image, to be the base of the machine's own. Both are links to the same files: they
 * cost nothing, and stay when the originals are cleared away. libvirt only reads them, and unlinks a memory that it has used.
 * Where they cannot be had (another process removed them this moment, a file system without links) the lab has none of them:
 * its machines boot.
 */
export async function layOutWarm(
  folders: HypervisorFolders,
  warm: WarmMachines,
  progress: Progress,
): Promise<void> {
  const saves = saveFolder(folders);
  await mkdir(saves, { recursive: true });
  await mkdir(folders.warm, { recursive: true });
  const memories: Memories = {};
  try {
    for (const [role, { disk, memory }] of Object.entries(warm.machines)) {
      await link(disk, join(folders.warm, `${role}.qcow2`));
      await link(memory, join(saves, `${role}.save`));
      memories[role] = await fileIdentity(memory);
    }
    await writeFile(
      recordFile(folders),
      JSON.stringify({ key: warm.key, guestKey: warm.guestKey, memories }),
    );
  } catch (trouble) {
    // All or none: the machines of a set were saved together.
    await rm(folders.warm, { recursive: true, force: true });
    for (const role of warmServers) await rm(join(saves, `${role}.save`), { force: true });
    progress(`the servers will boot, their kept memory cannot be used: ${(trouble as Error).message}`);
  }
}

/** Where the disks are to be seen inside. */
export function warmMounts(folders: HypervisorFolders): ImageMount[] {
  return warmRoles(folders).map((role) => ({
    from: join(folders.warm, `${role}.qcow2`),
    to: `images/base/warm-${role}.qcow2`,
  }));
}

/** What the disks of this lab's machines are made from, as its libvirtd names it: those of warm machines, where there are any. */
export function warmDisks(folders: HypervisorFolders): Partial<Record<WarmServer, string>> {
  const inside = (role: WarmServer) => [role, `/var/lib/libvirt/images/base/warm-${role}.qcow2`];
  return Object.fromEntries(warmRoles(folders).map(inside));
}

/** Which guest's files are on the share of warm machines before anybody puts them there; undefined where that is not known. */
export async function warmGuest(folders: HypervisorFolders): Promise<string | undefined> {
  return warmRoles(folders).includes("nfs") ? (await recordOf(folders)).guestKey : undefined;
}

/**
 * Takes away the memories that no machine was started from yet, unless they are of this key and role: what is to be started now
 * is not what they were kept of. A managed save of the user's own stays.
 */
export async function keepOnlyMemories(
  folders: HypervisorFolders,
  warm: { readonly key: string | undefined; readonly roles: readonly WarmServer[] },
): Promise<void> {
  const { key, memories } = await recordOf(folders);
  for (const role of warmServers) {
    if (key === warm.key && warm.roles.includes(role)) continue;
    const file = join(saveFolder(folders), `${role}.save`);
    const found = await fileIdentity(file).catch(() => undefined);
    if (found !== undefined && found === memories[role]) await rm(file, { force: true });
  }
}

async function recordOf(folders: HypervisorFolders): Promise<z.output<typeof record>> {
  return record.parse(JSON.parse(await readFile(recordFile(folders), "utf8").catch(() => "{}")));
}

/** Which set it was, whose files its share has, and how a memory of it is known again. */
const record = z.object({
  key: z.string().default(""),
  guestKey: z.string().optional(),
  memories: z.record(z.string(), z.string()).default({}),
});
type Memories = z.output<typeof record>["memories"];

/** Not the inode alone: once a set is removed and its memory used, a file of the user's own may get the same number. */
async function fileIdentity(path: string): Promise<string> {
  const { ino, mtimeMs } = await stat(path);
  return `${ino} ${mtimeMs}`;
}

function recordFile({ warm }: HypervisorFolders): string {
  return join(warm, "set.json");
}

function warmRoles(folders: HypervisorFolders): WarmServer[] {
  return warmServers.filter((role) => existsSync(join(folders.warm, `${role}.qcow2`)));
}

/** Where libvirt keeps managed saves. */
export function saveFolder({ lib }: Pick<HypervisorFolders, "lib">): string {
  return join(lib, "qemu", "save");
}
