import { existsSync } from "node:fs";
import { link, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ServerRole, serverRoles } from "./hypervisor";
import type { HypervisorFolders } from "./hypervisor-folders";
import type { ImageMount } from "./image-mounts";

/** Booted machines that a lab's may be started from: of each its disk and, belonging to it, its memory. Files of this machine. */
export interface WarmMachines {
  /** Changes whenever the content does. */
  readonly key: string;
  readonly machines: Partial<Readonly<Record<ServerRole, { readonly disk: string; readonly memory: string }>>>;
}

/**
 * Puts them where a new hypervisor finds them: the memory where libvirt keeps managed saves, so that a machine's first start
 * is from it, and the disk beside the host image, to be the base of the machine's own. Both are links to the same files: they
 * cost nothing, and stay when the originals are cleared away. libvirt only reads them, and unlinks a memory that it has used.
 */
export async function layOutWarm(folders: HypervisorFolders, warm: WarmMachines): Promise<void> {
  const saves = saveFolder(folders);
  await mkdir(saves, { recursive: true });
  await mkdir(folders.warm, { recursive: true });
  for (const [role, { disk, memory }] of Object.entries(warm.machines)) {
    await link(disk, join(folders.warm, `${role}.qcow2`));
    await link(memory, join(saves, `${role}.save`));
  }
  await writeFile(join(folders.warm, "key"), warm.key);
}

/** Where the disks are to be seen inside. */
export function warmMounts(folders: HypervisorFolders): ImageMount[] {
  return warmRoles(folders).map((role) => ({
    from: join(folders.warm, `${role}.qcow2`),
    to: `images/base/warm-${role}.qcow2`,
  }));
}

/** What the disks of this lab's machines are made from, as its libvirtd names it: those of warm machines, where there are any. */
export function warmDisks(folders: HypervisorFolders): Partial<Record<ServerRole, string>> {
  const inside = (role: ServerRole) => [role, `/var/lib/libvirt/images/base/warm-${role}.qcow2`];
  return Object.fromEntries(warmRoles(folders).map(inside));
}

/** Takes away memories that no machine was started from yet: what is to be started now is not what they were kept of. */
export async function forgetMemories(folders: HypervisorFolders): Promise<void> {
  for (const role of serverRoles) await rm(join(saveFolder(folders), `${role}.save`), { force: true });
}

function warmRoles(folders: HypervisorFolders): ServerRole[] {
  return serverRoles.filter((role) => existsSync(join(folders.warm, `${role}.qcow2`)));
}

/** Where libvirt keeps managed saves. */
export function saveFolder({ lib }: Pick<HypervisorFolders, "lib">): string {
  return join(lib, "qemu", "save");
}
