import type { CatalogEntry } from "../catalog-entry";

/** Codes KVM-6xx: see docs/reference/errors.md, generated from here. */
export const migrationErrors = {
  "KVM-601": {
    title: "The guest is nowhere",
    explanation: "None of the hosts has a guest of this name.",
    mend: "Correct the guest's name or the list of hosts: `virsh list --all` on each.",
  },
  "KVM-602": {
    title: "The target has a guest of this name",
    explanation:
      "A guest can only move to a host that has none of its name, running or not (rule 5 of the course).",
    mend: "Remove the other one on the target, `virsh undefine NAME`, or rename one of the two: `virsh domrename`.",
  },
  "KVM-603": {
    title: "Two copies of the guest are active",
    explanation:
      "More than one host has an active guest of this name. Two running copies on one disk destroy it; nothing is started or stopped by the program, because only you can tell which copy is the right one.",
    mend: "Stop the wrong copy at once: `virsh destroy NAME` on that host.",
  },
  "KVM-604": {
    title: "The guest is not running",
    explanation: "A live move takes a running guest; this one is paused, shut off or crashed.",
    mend: "`virsh start NAME` or `virsh resume NAME` where it is, then run the same command again.",
  },
  "KVM-605": {
    title: "The move failed, and the guest runs where it was",
    explanation:
      "After `virsh migrate` both hosts were looked at: the guest still runs on the source. The message has virsh's own words.",
    mend: "Mend what virsh says, then run the same command again.",
  },
  "KVM-606": {
    title: "After the move the guest runs nowhere",
    explanation: "Neither host has an active copy: the guest ended or crashed during the move.",
    mend: "Look at `/var/log/libvirt/qemu/NAME.log` on both hosts, then start it where it is defined: `virsh start NAME`.",
  },
  "KVM-607": {
    title: "The guest arrived, but a proof failed",
    explanation:
      "The guest runs on the target, and something that must be true after a live move is not. The message has what was looked at.",
    mend: "Look at the guest before you rely on it. The next `./lab up` takes its place as it is.",
  },
  "KVM-608": {
    title: "libvirt is at work on the guest",
    explanation:
      "libvirt does one job on a guest at a time, and somebody else's is going on: a move, a save, a dump. A copy that runs on one host and stands still on another is a move under way.",
    mend: "`virsh domjobinfo NAME` where it runs shows the job. Wait for its end, or `virsh domjobabort NAME`, then run the same command again.",
  },
  "KVM-609": {
    title: "What became of the move is not known",
    explanation:
      "After a move both hosts are looked at, whatever virsh says. One of them could not be looked at, or libvirt did not come to an end. Nothing was started or stopped.",
    mend: "`virsh list --all` on both hosts. When they answer again: `./lab up --refresh` goes on from what it finds.",
  },
  "KVM-610": {
    title: "libvirt on a host does not answer",
    explanation: "SSH to the host works, but `virsh list --all` there failed.",
    mend: "On the host: `systemctl restart libvirtd`; `journalctl -u libvirtd -n 20` says why it ended.",
  },
  "KVM-611": {
    title: "A host does not resolve the other's name",
    explanation:
      "The move goes to `qemu+ssh://TARGET/system`, so the source must find the target by its name, and the target the source for the way back (rule 7 of the course); `getent hosts NAME` there finds none.",
    mend: "A line `ADDRESS NAME` in `/etc/hosts` on the host that the error names; or `./lab up --refresh`, which writes both.",
  },
  "KVM-612": {
    title: "After the move the guest stands still",
    explanation:
      "Exactly one host has the guest, and there it is paused: QEMU met an error while it wrote to the disk, or libvirt could not let it go on.",
    mend: "`virsh domstate NAME --reason` on that host says why. Mend that (`df -h /var/lib/libvirt/images`), then `virsh resume NAME`.",
  },
} as const satisfies Record<string, CatalogEntry>;
