import { asWord } from "../../host/shell-quote";
import { folderOf, type GuestDisk, isMedium } from "../facts/guest-disk";
import type { MoveFacts } from "../facts/move-facts";
import { compareVersions, versionText } from "../facts/version";
import { pass, ruleOnGuest } from "../rule";

/** As libvirt has them (virFileIsSharedFS). */
const sharedTypes =
  /^(nfs4?|cifs|smb\d?|afs|ceph|gpfs|gfs2|ocfs2|acfs|beegfs|fuse\.(glusterfs|ceph|quobyte))$/;
/** Those whose caches the hosts keep alike by themselves. */
const clusterTypes = /^(ceph|gfs2|ocfs2|gpfs)$/;
/** From this one on QEMU throws its host's cache away when a guest leaves, and libvirt relies on it. */
const dropsCache = [3, 0];

/** Their clients, which are part of QEMU's process, keep what is written until they are told to write it out: by `unsafe` they never are. */
const cachingClients = /^(rbd|gluster)$/;

/**
 * No disk is cached on a host in a way that the other could not know of. libvirt decides by the same table (qemuMigrationSrcIsSafe in its 9.0):
 * a disk of type network is safe whatever its protocol and cache mode, a file by its file system, anything else by its mode. Stricter
 * here: `unsafe`, where something is left behind.
 */
export const cacheMode = ruleOnGuest("cache-mode", "KVM-622", ({ disks }, facts) => {
  const evaluated = disks.filter(({ kind }) => kind === "file" || kind === "block" || kind === "network");
  const wrong = evaluated.flatMap((disk) => (facts.copiesStorage ? [] : (complaint(disk, facts) ?? [])));
  const modes =
    evaluated.map(({ name, cache }) => `${name}: ${cache ?? "default"}`).join("; ") || "no disk to cache";
  if (wrong.length === 0) return pass(modes);
  return {
    host: facts.source.host,
    expected: "cache='none' or 'directsync', or storage on which QEMU drops its cache at a move",
    found: wrong.join("; "),
    fix: wrong.every((words) => words.endsWith(notShared))
      ? `put the disks on a file system that libvirt knows as shared (NFS, GFS2, OCFS2, CephFS, GlusterFS, BeeGFS), or, from libvirt 11.0 on, name their folder in shared_filesystems of /etc/libvirt/qemu.conf on both hosts, systemctl restart libvirtd; or have the move copy them: storage`
      : `on ${facts.source.host}: virsh edit ${asWord(facts.guest)}, <driver … cache='none'/>; it counts from the guest's next start`,
  };
});

/** libvirt refuses it whatever the cache is: "Migration without shared storage is unsafe". */
const notShared = "a file system that libvirt does not take for shared";

function complaint(disk: GuestDisk, { storage, source }: MoveFacts): string | undefined {
  const { name, cache, kind, path } = disk;
  if (disk.readonly || isMedium(disk)) return undefined;
  const words = `${name} has cache='${cache ?? "default"}'`;
  if (kind === "network") {
    const client = disk.network.find(({ protocol }) => cachingClients.test(protocol));
    return client && cache === "unsafe" && !disk.shareable
      ? `${words}, and what its client for ${client.protocol} keeps is never written out`
      : undefined;
  }
  const isBlock = kind === "block";
  const type = isBlock ? "a block device" : storage.source.fileSystems.get(folderOf(path))?.type;
  if (type === undefined || clusterTypes.test(type)) return undefined;
  const declared = source.sharedFolders.some((folder) =>
    `${path}/`.startsWith(`${folder.replace(/\/$/, "")}/`),
  );
  if (!isBlock && !declared && !sharedTypes.test(type)) return `${name} is on ${type}, ${notShared}`;
  if (disk.shareable || cache === "none" || cache === "directsync") return undefined;
  if (cache === "unsafe") return `${words}, which leaves what was written in the memory of ${source.host}`;
  const version = source.hypervisorVersion;
  if (version === undefined || compareVersions(version, dropsCache) >= 0) return undefined;
  return `${words} on ${type}, and QEMU ${versionText(version)} keeps its cache`;
}
