import { type DiskUser, otherUsers } from "../../host/domain-disks";
import { asWord } from "../../host/shell-quote";
import { type GuestDisk, isMedium } from "../facts/guest-disk";
import { type Objection, pass, ruleOnGuest } from "../rule";

/**
 * No other guest that runs on either host has a disk of the guest's: both would write it, each with a memory of its own of what is there. QEMU's locks
 * keep two guests of one host apart, and two of two hosts where the disk is a file; of a block device each host sees its own users only.
 */
export const disksExclusive = ruleOnGuest("disks-exclusive", "KVM-645", ({ uuid, disks }, facts) => {
  const paths = ownPaths(disks);
  const users = otherUsers(uuid, paths, [facts.source, facts.target]);
  if (users.some(({ active }) => active)) return diskInUse(facts.guest, users);
  if (users.length > 0) return pass(`no other guest runs on them; ${users.map(told).join("; ")}`);
  return pass(paths.length === 0 ? "the guest has no disk of its own" : "no other guest has them");
});

/** What nobody else may write. */
export function ownPaths(disks: readonly GuestDisk[]): string[] {
  return disks
    .filter((disk) => ["file", "block"].includes(disk.kind) && !disk.readonly && !disk.shareable)
    .filter((disk) => !isMedium(disk))
    .map(({ path }) => path);
}

/** What is to be said where some of them run. */
export function diskInUse(guest: string, users: readonly DiskUser[]): Objection {
  const running = users.filter(({ active }) => active);
  const [{ host, name } = { host: "", name: "" }] = running;
  return {
    host,
    expected: `the disks of ${guest} to be no other guest's`,
    found: users.map(told).join("; "),
    fix: `on ${host}: virsh shutdown ${asWord(name)}, and give one of the two a disk of its own (virsh edit ${asWord(name)})`,
  };
}

/** Who has which disk, for people. */
export function told({ host, name, active, path }: DiskUser): string {
  return `${name}, ${active ? "running" : "defined and off"} on ${host}, has ${path} too`;
}
