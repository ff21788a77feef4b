import { folderToInstall, type PlannedGuest } from "../stacks/topology/planned-guests";
import {
  guestPlaces,
  imagesFolderOf,
  initiatorOf,
  type PlannedStorage,
  shownStorage,
} from "../stacks/topology/storage";
import { firstGuest, type PlannedServer, type Topology } from "../stacks/topology/topology";
import type { Role } from "./exercise";

/** What an exercise's texts and commands may name, group by group. */
export type LabValues = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The servers of a lab by their parts in an exercise. */
export function rolesOf({ servers }: Topology): Readonly<Record<Role, PlannedServer>> {
  const storage = servers.find(({ part }) => part === "storage");
  const [source, target] = servers.filter(({ part }) => part === "host");
  if (!storage || !source || !target) throw new Error("a lab without a storage server and two hosts");
  return { nfs: storage, source, target };
}

/** Where a lab keeps what checks may look at beside the servers: on the machine where `./lab` is. */
export interface LabPaths {
  readonly folder: string;
  /** The measured moves, a file each. */
  readonly moves: string;
  /** A file as old as the exercise: it was written when the exercise was started. */
  readonly started: string;
  /** The same for checks on servers, in seconds since 1970; 0 where no exercise was started. */
  readonly startedAt: string;
}

export function labValues(lab: string, topology: Topology, paths: LabPaths): LabValues {
  const { storage, names } = topology;
  const server = ({ name, address }: PlannedServer) => ({ name, address });
  const host = (one: PlannedServer) => ({
    ...server(one),
    ...(storage.kind === "iscsi" ? { initiator: initiatorOf(one.name) } : {}),
  });
  const addressOf = ({ address }: PlannedGuest) => address.split("/")[0] ?? address;
  const { nfs, source, target } = rolesOf(topology);
  const guest = firstGuest(topology);
  const [, second] = topology.guests;
  const images = imagesFolderOf(storage);
  return {
    lab: { name: lab, option: `--lab ${lab}`, network: topology.network.cidr, ...paths },
    nfs: server(nfs),
    source: host(source),
    target: host(target),
    ...(names.kind === "dns" ? { names: { domain: names.domain } } : {}),
    share: { path: shownStorage(storage).path, mountPoint: images, ...ofKind(storage) },
    guest: {
      name: guest.name,
      address: addressOf(guest),
      toInstall: folderToInstall(guest),
      folder: `${images}/${guest.name}`,
      disk: guestPlaces(storage, guest).disk.path,
    },
    // Of an exercise with two guests. In a lab that has one by now its checks fail, and do not end.
    secondGuest: { name: second?.name ?? "", address: second ? addressOf(second) : "" },
  };
}

/** What only one kind of storage has: where its server keeps it, and what it is called. */
function ofKind(storage: PlannedStorage): Readonly<Record<string, string>> {
  switch (storage.kind) {
    case "nfs":
      return { folder: storage.exportPath };
    case "iscsi":
      return { folder: storage.lunFolder };
    case "glusterfs":
      return { folder: storage.brickFolder, volume: storage.volume };
  }
}
