import { chmod, cp, mkdir, readdir, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import type { Progress } from "../../toolchain/progress";
import type { HostImages } from "./hypervisor";
import { capabilitiesCache, type HypervisorFolders } from "./hypervisor-folders";
import { layOutMounts } from "./image-mounts";
import { layOutWarm, type WarmMachines } from "./warm-machines";

const configuration = join(__dirname, "etc");

/**
 * Lays out a hypervisor's folders before it starts. What is defined in libvirt and the machines' disks stay from
 * an earlier run, as on a server that was switched off and on; what only a running daemon has is cleared away.
 * `warm`: for a lab that has no machines yet.
 */
export async function prepareFolders(
  folders: HypervisorFolders,
  images: HostImages,
  warm: WarmMachines | undefined,
  progress: Progress,
): Promise<void> {
  const { root, run, etc, lib, log } = folders;
  await Promise.all([
    rm(folders.firstProcess, { force: true }),
    rm(folders.record, { force: true }),
    rm(run, { recursive: true, force: true }),
    // Old leases would make a machine look ready before it has booted.
    rm(join(lib, "dnsmasq"), { recursive: true, force: true }),
    removeRunningDomains(join(lib, "qemu")),
    removeRunningDomains(join(lib, "qemu/channel/target")),
  ]);
  // Nobody but root gets to the sockets and the disks; inside, dnsmasq reads its files as another user.
  await mkdir(root, { recursive: true });
  await chmod(root, 0o700);
  for (const folder of [run, etc, lib, log, capabilitiesCache(), join(etc, "storage/autostart")]) {
    await mkdir(folder, { recursive: true });
    await chmod(folder, 0o755);
  }
  await cp(configuration, etc, { recursive: true, force: true });
  const autostart = join(etc, "storage/autostart/base.xml");
  await rm(autostart, { force: true });
  await symlink("../base.xml", autostart);
  if (warm !== undefined) await layOutWarm(folders, warm, progress);
  await layOutMounts(folders, images);
}

/** libvirt keeps a folder `domain-ID-NAME` for each machine that runs. */
async function removeRunningDomains(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const stale = names.filter((name) => name.startsWith("domain-"));
  await Promise.all(stale.map((name) => rm(join(folder, name), { recursive: true, force: true })));
}
