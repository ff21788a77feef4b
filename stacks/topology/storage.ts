import ipaddr from "ipaddr.js";
import { places } from "./addresses";
import type { StorageKind } from "./storage-kinds";

/** What each kind of shared storage consists of. The next kind is one more of these, with its file in components/storage/. */
export type PlannedStorage = NfsPlan | IscsiPlan | GlusterfsPlan;

/** A folder that the server exports, and all hosts mount: the guest's files lie in it. */
export interface NfsPlan {
  readonly kind: "nfs";
  readonly server: string;
  /** The folder that it exports. */
  readonly exportPath: string;
  /** Where each host has it: at the path where libvirt keeps images, so that a guest's disk has one path on all of them. */
  readonly mountPoint: string;
}

/** Block devices of the server's that all hosts have, one a guest: its disk. Kernels and initrds are copied to each host. */
export interface IscsiPlan {
  readonly kind: "iscsi";
  readonly server: string;
  /** The server's address, as it stands in the devices' names. */
  readonly portal: string;
  readonly port: number;
  /** The target's iSCSI name. */
  readonly target: string;
  /** Where the server keeps the files that its LUNs are. */
  readonly lunFolder: string;
  /** Where each host has a guest's kernel and initrd. */
  readonly imagesFolder: string;
}

/** A volume that several servers keep a copy each of, and all hosts mount: the guest's files lie in it. */
export interface GlusterfsPlan {
  readonly kind: "glusterfs";
  /** Where the volume is made, and where a host that mounts it asks first which bricks it has. */
  readonly server: string;
  readonly volume: string;
  /** The servers that have a brick, in their order: each has all of the files. By addresses, so that nothing waits for a name server that went with its server. */
  readonly bricks: readonly Addressed[];
  /** The folder that is a server's brick. */
  readonly brickFolder: string;
  readonly mountPoint: string;
}

/** A server, and where the others reach it. */
export interface Addressed {
  readonly name: string;
  readonly address: string;
}

/** As many as must be for a majority to be left when one is lost: two copies would have to stop, or each go on alone. */
const replicas = 3;
/** Where libvirt keeps images. */
const imagesFolder = "/var/lib/libvirt/images";
const serversFolder = "/migration";
/** An iSCSI name: a month, a name of the Internet's turned round, then what its owner likes. `.test` belongs to nobody (RFC 6761). */
const iscsiName = "iqn.2026-11.test.kvm-migration-lab";

/** The storage of a kind, on the first of these servers; the others are its hosts. */
export function storageOf(kind: StorageKind, servers: readonly Addressed[]): PlannedStorage {
  const [first] = servers;
  if (first === undefined) throw new Error("a lab without servers");
  const { name: server, address } = first;
  switch (kind) {
    case "nfs":
      return { kind, server, exportPath: serversFolder, mountPoint: imagesFolder };
    case "iscsi":
      return {
        ...{ kind, server, portal: address, port: 3260, imagesFolder },
        target: `${iscsiName}:migration`,
        lunFolder: serversFolder,
      };
    case "glusterfs":
      return {
        ...{ kind, server, volume: "migration", mountPoint: imagesFolder },
        bricks: servers.slice(0, replicas).map(({ name, address: at }) => ({ name, address: at })),
        brickFolder: `${serversFolder}/brick`,
      };
  }
}

/** A host's own iSCSI name, by which the server knows it. */
export function initiatorOf(host: string): string {
  return `${iscsiName}:${host}`;
}

/** Where a guest's files are on each host. */
export interface GuestPlaces {
  /** Its kernel and initrd. */
  readonly folder: string;
  /** Its disk: a file, or a block device. */
  readonly disk: { readonly kind: "file" | "block"; readonly path: string };
}

export function guestPlaces(
  storage: PlannedStorage,
  guest: { readonly name: string; readonly address: string },
): GuestPlaces {
  const folder = `${imagesFolderOf(storage)}/${guest.name}`;
  switch (storage.kind) {
    case "nfs":
    case "glusterfs":
      return { folder, disk: { kind: "file", path: `${folder}/disk.qcow2` } };
    case "iscsi":
      return { folder, disk: { kind: "block", path: deviceOf(storage, lunOf(guest)) } };
  }
}

/** Where the hosts have guests' kernels and initrds. */
export function imagesFolderOf(storage: PlannedStorage): string {
  return storage.kind === "iscsi" ? storage.imagesFolder : storage.mountPoint;
}

/** What is offered by the server, and where a host has it: for people. */
export function shownStorage(storage: PlannedStorage): {
  readonly kind: StorageKind;
  readonly server: string;
  readonly path: string;
  readonly mountPoint: string;
} {
  const { kind, server } = storage;
  switch (storage.kind) {
    case "nfs":
      return { kind, server, path: storage.exportPath, mountPoint: storage.mountPoint };
    case "iscsi":
      return { kind, server, path: storage.target, mountPoint: deviceOf(storage, "*") };
    case "glusterfs":
      return { kind, server, path: `/${storage.volume}`, mountPoint: storage.mountPoint };
  }
}

/** udev's name of a LUN: it says by which way the device is reached, and so is the same on each host and at each boot. `*`: of all of them, as a shell's pattern. */
export function deviceOf({ portal, port, target }: IscsiPlan, lun: number | "*"): string {
  return `/dev/disk/by-path/ip-${portal}:${port}-iscsi-${target}-lun-${lun}`;
}

/**
 * The number of a guest's LUN: 0 for the first guest's place in the network, and so on. As stable as the address is, and no other guest's in a
 * network of 256 addresses; in a larger one the settings see to that (stacks/rules.ts).
 */
export function lunOf({ address }: { readonly address: string }): number {
  const [, , , last = 0] = ipaddr.IPv4.parseCIDR(address)[0].toByteArray();
  return (last - places.firstGuest + 256) % 256;
}
