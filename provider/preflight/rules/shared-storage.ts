import type { DiskComplaint } from "../facts/disk-complaint";
import { folderOf, type GuestDisk, isMedium } from "../facts/guest-disk";
import { volumeName } from "../facts/mounted-volumes";
import type { MoveFacts } from "../facts/move-facts";
import { addressesOf } from "../facts/network-disks";
import type { NetworkSource } from "../facts/network-source";
import { type StorageOnHost, sameContent } from "../facts/storage-facts";
import { type Objection, pass, ruleOnGuest } from "../rule";
import { described, deviceComplaint } from "./same-device";
import { serverComplaint } from "./same-server";
import { volumeComplaint } from "./same-volume";

/** A token takes one block of a file system. */
const leastKiB = 4;

/** The disks lie on storage that both hosts share: a token written through one is read through the other, or
 * one device is seen by its identity. */
export const sharedStorage = ruleOnGuest("shared-storage", "KVM-621", ({ disks }, facts) => {
  if (facts.copiesStorage) return pass("the move copies the disks");
  const { source, target } = facts.storage;
  if (source.tokens === undefined) return silent(facts, facts.source.host);
  if (target.tokens === undefined) return silent(facts, facts.target.host);
  // A medium that only the source has is a thing of the host's own: see movable-devices.
  const evaluated = disks.filter((disk) => disk.kind !== "none" && !isMedium(disk));
  const wrong = evaluated.flatMap((disk) => complaint(disk, facts));
  if (wrong.length > 0) return notShared(wrong, evaluated, facts);
  if (evaluated.length === 0) return pass("the guest has no disk");
  return pass(evaluated.map((disk) => `${disk.name}: ${disk.path}, ${proofOf(disk, facts)}`).join("; "));
});

function complaint(disk: GuestDisk, facts: MoveFacts): readonly string[] {
  const known = knownComplaints(disk, facts).map(({ found }) => found);
  return known.length > 0 ? known : [byToken(disk, facts) ?? []].flat();
}

/** Of what has an identity that both hosts can tell: the disk's own, and the servers of all that it is built upon. */
function knownComplaints(disk: GuestDisk, facts: MoveFacts): readonly DiskComplaint[] {
  const itself =
    disk.trouble ?? (disk.kind === "block" ? deviceComplaint(disk, facts) : volumeComplaint(disk, facts));
  const servers = disk.network.flatMap((source) => serverComplaint(disk.name, source, facts) ?? []);
  return [...(itself ? [itself] : []), ...servers];
}

function byToken({ kind, path, name, readonly }: GuestDisk, facts: MoveFacts): string | undefined {
  const { storage, source, target } = facts;
  if (kind === "network" || kind === "block") return undefined;
  if (kind !== "file")
    return `${name}: ${path} is a ${kind}, of which it cannot be seen whether it is shared`;
  if (readonly)
    return sameContent(path, storage)
      ? undefined
      : `${name}: ${path}, which is only read, is not the same file on ${target.host}`;
  const folder = folderOf(path);
  if (isFull(folder, storage.source))
    return `${name}: no room is left in ${folder} on ${source.host}, so nothing can be written to prove that it is shared`;
  if (storage.source.tokens?.get(folder) !== "written")
    return `${name}: ${source.host} cannot write in ${folder}, so nothing proves that it is shared`;
  const read = storage.target.tokens?.get(folder);
  if (read === "seen") return undefined;
  if (read === "no folder") return `${name}: ${target.host} has no folder ${folder}`;
  const there = storage.target.fileSystems.get(folder)?.mounted ?? "something else";
  const here = storage.source.fileSystems.get(folder)?.mounted ?? "its own";
  return `${name}: what ${source.host} (${here}) writes in ${folder} is not there on ${target.host} (${there})`;
}

/** NFS takes what is written, and says only later that there is no room for it: df tells. */
function isFull(folder: string, { fileSystems }: StorageOnHost): boolean {
  const fileSystem = fileSystems.get(folder);
  return fileSystem !== undefined && fileSystem.availableKiB < leastKiB;
}

function proofOf({ kind, path, readonly, network }: GuestDisk, { storage }: MoveFacts): string {
  if (kind === "network")
    return network.map((source) => `${leadingTo(source, storage)} on both hosts`).join(", ");
  if (kind === "file" && readonly) return "the same content on both hosts";
  const device = kind === "block" ? storage.target.blocks.get(path) : undefined;
  if (device) return `${described(device)} on both hosts`;
  const fileSystem = storage.target.fileSystems.get(folderOf(path));
  const volume = storage.target.volumes.get(path);
  if (volume?.gfid)
    return `gfid ${volume.gfid} on ${volumeName(volume)} on both hosts, and a token went through it`;
  return fileSystem ? `a token went through ${fileSystem.mounted} (${fileSystem.type})` : "on both hosts";
}

/** `nfs is 10.77.0.2`. */
function leadingTo({ servers, ceph }: NetworkSource, { target }: MoveFacts["storage"]): string {
  const names = servers.map(({ host }) => `${host} is ${addressesOf(target.network, host).join(", ")}`);
  return names.join(", ") || `one cluster by ${ceph?.configuration}`;
}

function notShared(wrong: readonly string[], disks: readonly GuestDisk[], facts: MoveFacts): Objection {
  const [known] = disks.flatMap((disk) => knownComplaints(disk, facts));
  if (known) {
    return {
      host: known.host,
      expected: `each disk of ${facts.guest} to be one and the same on ${facts.source.host} and ${facts.target.host}`,
      found: wrong.join("; "),
      fix: known.fix,
    };
  }
  const folder = folderOf(disks.find(({ kind }) => kind === "file")?.path ?? "/");
  const mounted = facts.storage.source.fileSystems.get(folder);
  if (isFull(folder, facts.storage.source)) {
    return {
      host: facts.source.host,
      expected: `room for a few bytes beside the disks of ${facts.guest}`,
      found: wrong.join("; "),
      fix: `on ${facts.source.host}: df -h ${folder}, and remove what is not needed`,
    };
  }
  if (facts.storage.source.tokens?.get(folder) === "refused") {
    return {
      host: facts.source.host,
      expected: `root, or the user that QEMU runs as, to write beside the disks of ${facts.guest} on ${facts.source.host}`,
      found: wrong.join("; "),
      fix: `on ${facts.source.host}: ls -ld ${folder}, id libvirt-qemu (or qemu); where the server squashes root, there: chown -R to the number of that user, or no_root_squash in the export; and the mount must be rw`,
    };
  }
  const isShare = mounted !== undefined && /^(nfs|cifs|smb|ceph|fuse\.|gfs2|ocfs2)/.test(mounted.type);
  return {
    host: facts.target.host,
    expected: `each disk of ${facts.guest} on storage that ${facts.source.host} and ${facts.target.host} share`,
    found: wrong.join("; "),
    fix: isShare
      ? `on ${facts.target.host}: mount -t ${mounted.type} ${mounted.mounted} ${mounted.mountPoint}`
      : `put the disks on a share that both hosts mount at the same path: findmnt --target ${folder} on each`,
  };
}

function silent({ guest, storage }: MoveFacts, host: string): Objection {
  const mounted = [...storage.source.fileSystems.values()].find(({ mountPoint }) => mountPoint !== "/");
  return {
    host,
    expected: `the storage of ${guest} to answer on ${host}`,
    found: "no answer in time: a share whose server is gone blocks every access",
    fix: `on the server of the share: systemctl status nfs-server, exportfs -v, or gluster volume status; on ${host}: df ${mounted?.mountPoint ?? "/var/lib/libvirt/images"}`,
  };
}
