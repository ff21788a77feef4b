import { type GuestDisk, isMedium } from "../facts/guest-disk";
import { mebibytes } from "../facts/memory-size";
import type { MoveFacts } from "../facts/move-facts";
import { pass, ruleOnGuest, skipped } from "../rule";

/** libvirt's own files of a guest (definition, state, log) are far smaller; with less, something else fails soon. */
const leastKiB = 4 * 1024;

/** The target may write where it must, and has room there: the guest's disks, and libvirt's own folders. */
export const roomToWrite = ruleOnGuest("room-to-write", "KVM-639", ({ disks }, facts) => {
  const { target } = facts.storage;
  if (target.tokens === undefined)
    return skipped(`the storage of ${facts.target.host} did not answer (KVM-621)`);
  const folders = [...target.fileSystems].filter(([path]) => !target.files.has(path));
  const full = folders.filter(([, { availableKiB }]) => availableKiB < leastKiB);
  const wrong = [
    ...full.map(([path, { availableKiB }]) => `${path} has ${mebibytes(availableKiB)} left`),
    ...target.kept.map((folder) => `${facts.target.host} may not remove a file in ${folder}`),
    ...disks
      .filter((disk) => isReadOnlyThere(disk, facts))
      .map(({ path }) => `${facts.target.host} may not write ${path}`),
  ];
  if (wrong.length === 0) {
    const [least] = folders.sort(([, a], [, b]) => a.availableKiB - b.availableKiB);
    return pass(least ? `least room: ${least[0]}, ${mebibytes(least[1].availableKiB)}` : "nothing to write");
  }
  return {
    host: facts.target.host,
    expected: `${mebibytes(leastKiB)} of room and the right to write where ${facts.target.host} must`,
    found: wrong.join("; "),
    fix:
      full.length > 0
        ? `on ${facts.target.host}: df -h ${full[0]?.[0]}, and remove what is not needed`
        : `on ${facts.target.host}: mount | grep images must say rw; on the NFS server the export needs rw for ${facts.target.host} (exportfs -v), and no_root_squash where the disk is not the own of the user that QEMU runs as`,
  };
});

function isReadOnlyThere(disk: GuestDisk, { storage, copiesStorage }: MoveFacts): boolean {
  if (disk.readonly || isMedium(disk) || copiesStorage) return false;
  if (disk.kind === "block" && storage.target.blocks.get(disk.path)?.readonly === true) return true;
  const access = storage.target.files.get(disk.path) ?? "";
  return access.includes("e") && !access.includes("w");
}
