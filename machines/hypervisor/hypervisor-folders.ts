import { join, resolve } from "node:path";
import { cacheDir, labDir } from "../../toolchain/cache";

/** Where everything of one lab's hypervisor lies, as paths outside its namespaces. */
export interface HypervisorFolders {
  /** Holds all the others but `record` and `lock`; stopHypervisor removes it. */
  readonly root: string;
  /** /run/libvirt inside: the daemon's sockets. Emptied at every start. */
  readonly run: string;
  /** /etc/libvirt inside: the daemon's configuration, and what is defined in it. */
  readonly etc: string;
  /** /var/lib/libvirt inside: the machines' disks, among others. */
  readonly lib: string;
  /** /var/log/libvirt inside. */
  readonly log: string;
  /** What the first process and all daemons write on their outputs. */
  readonly daemonLog: string;
  /** Which process is the first one; see first-process.ts. */
  readonly firstProcess: string;
  /** Files that are mounted read-only; see image-mounts.ts. */
  readonly mounts: string;
  /** Disks of booted machines that this lab's were made from; see warm-machines.ts. */
  readonly warm: string;
  /** Where the SSH forwarder finds the servers; see routes.ts. */
  readonly routes: string;
  /** What libvirt tells of servers that boot again without ending; see server-boots.ts. */
  readonly restarts: string;
  /** The daemon's socket. */
  readonly socket: string;
  /** Which boot of each server the last ./lab up left; see server-boots.ts. */
  readonly boots: string;
  /** The Hypervisor as JSON; there only while it is, or should be, running. */
  readonly record: string;
  /** Held while the hypervisor is started or stopped. */
  readonly lock: string;
}

export function hypervisorFolders(lab: string): HypervisorFolders {
  const home = resolve(labDir(lab));
  const root = join(home, "hypervisor");
  return {
    root,
    run: join(root, "run"),
    etc: join(root, "etc"),
    lib: join(root, "lib"),
    log: join(root, "log"),
    daemonLog: join(root, "daemons.log"),
    firstProcess: join(root, "first-process"),
    mounts: join(root, "mounts"),
    warm: join(root, "warm"),
    routes: join(root, "routes.json"),
    restarts: join(root, "restarts"),
    socket: join(root, "run", "libvirt-sock"),
    boots: join(root, "boots.json"),
    record: join(home, "hypervisor.json"),
    lock: join(home, "hypervisor.lock"),
  };
}

/** /var/cache/libvirt inside, shared by all labs: asking QEMU what it can do takes most of a second. */
export function capabilitiesCache(): string {
  return resolve(cacheDir(), "libvirt-capabilities");
}

/** libvirt's address of a daemon by its socket's path. */
export function libvirtUri(socket: string): string {
  return `qemu+unix:///system?socket=${socket.split("/").map(encodeURIComponent).join("/")}`;
}
