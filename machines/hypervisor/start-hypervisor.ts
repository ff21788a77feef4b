import { existsSync } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { LabError } from "../../errors/lab-error";
import { ensureDebianPackages } from "../../toolchain/debian-packages";
import type { Progress } from "../../toolchain/progress";
import { attachImage } from "./attach-image";
import type { Endpoint, HostImages, Hypervisor } from "./hypervisor";
import { type HypervisorFolders, hypervisorFolders, libvirtUri } from "./hypervisor-folders";
import { withHypervisorLock } from "./hypervisor-lock";
import { allImages, pathsOfAll, refuseUnusableImage } from "./image-mounts";
import { type Life, launch } from "./launch";
import { listenOnLoopback } from "./loopback-listeners";
import {
  refuseFullDisk,
  refuseUnusableFolder,
  refuseWithoutDevices,
  refuseWithoutRoot,
} from "./preconditions";
import { prepareFolders } from "./prepare-folders";
import { takeOverRemains } from "./remains";
import { keepRoutes, type Routes, type ServerAddresses } from "./routes";
import { type WarmMachines, warmDisks, warmGuest } from "./warm-machines";

/**
 * Debian packages that a hypervisor consists of. None of them starts a service on the machine or makes users:
 * that would be libvirt-daemon-system.
 */
export const hypervisorPackages = [
  "dnsmasq-base",
  "iproute2",
  "iptables",
  "libvirt-clients",
  "libvirt-daemon",
  "qemu-system-x86",
  "qemu-utils",
] as const;

export interface HypervisorContent extends HostImages {
  readonly warm?: WarmMachines | undefined;
  readonly servers?: ServerAddresses;
}

/**
 * Starts the lab's private hypervisor, or finds the one that runs. It goes on running after this program has ended,
 * until stopHypervisor, unless it is to live as long as this program. One that crashed is replaced; its machines' disks and definitions are kept.
 *
 * @param content `host`, `otherImages` and `warm` are files of this machine; they stay where they are and are seen read-only. `warm` is for the
 *   first start of a lab. `servers`: where its servers are to be found inside; left out, nobody reaches one by SSH from outside.
 * @param acceleration what machines are to be run with; kept in the result for those who define them.
 * @throws LabError KVM-301 not root, KVM-302 to KVM-306 packages, KVM-310 namespaces refused, KVM-311 a device is
 *   missing, KVM-312 disk full, KVM-313 the cache's path is unusable, KVM-314 libvirtd does not start, KVM-315 another
 *   ./lab is at it, KVM-316 no free address, KVM-317 an old one does not end, KVM-320 an old one listens for fewer servers, KVM-318 and KVM-319 the image.
 */
export async function startHypervisor(
  lab: string,
  content: HypervisorContent,
  acceleration: "kvm" | "tcg",
  progress: Progress,
  life: Life = "until stopped",
): Promise<Hypervisor> {
  const folders = hypervisorFolders(lab);
  refuseWithoutRoot();
  refuseUnusableFolder(folders.run);
  for (const image of allImages(content)) refuseUnusableImage(image);
  await refuseWithoutDevices(acceleration);
  await ensureDebianPackages(hypervisorPackages, progress);
  const onWait = () => progress("waiting for another ./lab that starts or stops this lab's hypervisor");
  return withHypervisorLock(lab, onWait, async () => {
    const running = await takeOverRemains(folders, progress);
    if (running === undefined) return startNew(lab, folders, content, acceleration, progress, life);
    for (const image of allImages(content)) await attachImage(running, folders, image);
    const { listeners = Object.values(running.ssh) } = running;
    const ssh = content.servers
      ? endpointsOf(lab, await keepRoutes(folders.routes, content.servers), listeners)
      : running.ssh;
    return writeRecord(folders, { ...running, acceleration, ...pathsOfAll(content), ssh });
  });
}

async function startNew(
  lab: string,
  folders: HypervisorFolders,
  { warm, servers, ...images }: HypervisorContent,
  acceleration: "kvm" | "tcg",
  progress: Progress,
  life: Life,
): Promise<Hypervisor> {
  const labExists = existsSync(folders.lib);
  await refuseFullDisk(dirname(folders.root), labExists);
  progress("starting the lab's private hypervisor");
  await prepareFolders(folders, images, labExists ? undefined : warm, progress);
  const routes = servers ? await keepRoutes(folders.routes, servers) : {};
  const listeners = await listenOnLoopback(lab);
  try {
    const { pid } = await launch(folders, listeners, life);
    const { endpoints } = listeners;
    const ssh = endpointsOf(lab, routes, endpoints);
    const uri = libvirtUri(folders.socket);
    const disks = {
      ...pathsOfAll(images),
      warmDisks: warmDisks(folders),
      warmGuest: await warmGuest(folders),
    };
    return await writeRecord(folders, { lab, pid, uri, acceleration, ...disks, ssh, listeners: endpoints });
  } catch (trouble) {
    if (!labExists) await rm(folders.root, { recursive: true, force: true });
    throw trouble;
  } finally {
    listeners.close();
  }
}

/** Each server has the place that its own place in their order has. */
function endpointsOf(
  lab: string,
  routes: Routes,
  listeners: readonly Endpoint[],
): Readonly<Record<string, Endpoint>> {
  const names = Object.keys(routes);
  const endpoints = names.flatMap((name, index): [string, Endpoint][] => {
    const endpoint = listeners[index];
    return endpoint === undefined ? [] : [[name, endpoint]];
  });
  if (endpoints.length === names.length) return Object.fromEntries(endpoints);
  throw new LabError({
    code: "KVM-320",
    expected: `the lab's private hypervisor to listen for ${names.length} servers: ${names.join(", ")}`,
    found: `it was started by an older ./lab, and listens for ${listeners.length}`,
    fix: `./lab down ${lab}, then ./lab up ${lab}`,
  });
}

/** Written in one step: a reader never meets half a record. */
async function writeRecord(folders: HypervisorFolders, hypervisor: Hypervisor): Promise<Hypervisor> {
  const draft = `${folders.record}.new`;
  await writeFile(draft, `${JSON.stringify(hypervisor, undefined, 2)}\n`, { mode: 0o600 });
  await rename(draft, folders.record);
  return hypervisor;
}
