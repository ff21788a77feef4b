import type { CatalogEntry } from "../catalog-entry";

/** Codes KVM-6xx. */
export const migrationErrors = {
  "KVM-601": {
    title: "The guest is nowhere",
    explanation: "None of the hosts has a guest of this name.",
    fix: "Correct the guest's name or the list of hosts: `virsh list --all` on each.",
  },
  "KVM-602": {
    title: "The target has a guest of this name",
    explanation: "A guest can only move to a host that has none of its name, running or not.",
    fix: "Remove the other one on the target, `virsh undefine NAME`, or rename one of the two: `virsh domrename`.",
  },
  "KVM-603": {
    title: "Two copies of the guest are active",
    explanation:
      "More than one host has an active guest of this name. Two running copies on one disk destroy it; nothing is started or stopped by the program, because only you can tell which copy is the right one.",
    fix: "Stop the wrong copy at once: `virsh destroy NAME` on that host.",
  },
  "KVM-604": {
    title: "The guest is not running",
    explanation:
      "A move takes a guest that runs, or one that stands still with its memory; this one is shut off, crashed, on its way down, or was stopped by an I/O error of its disk: its file system is full, or its share was gone.",
    fix: "`virsh start NAME` or `virsh resume NAME` where it is, then run the same command again. After an I/O error make room first: `virsh domblkerror NAME` names the disk; what could not be written is written again at `virsh resume`, and nothing is lost.",
  },
  "KVM-605": {
    title: "The move failed, and the guest runs where it was",
    explanation:
      "After `virsh migrate` both hosts were looked at: the guest still runs on the source. The message has virsh's own message, and the lines of both hosts' logs (`/var/log/libvirt/qemu/GUEST.log`, `journalctl -u libvirtd`) that say why.",
    fix: "Fix what virsh and the logs say, then run the same command again.",
  },
  "KVM-606": {
    title: "After the move the guest runs nowhere",
    explanation: "Neither host has an active copy: the guest ended or crashed during the move.",
    fix: "Look at `/var/log/libvirt/qemu/NAME.log` on both hosts, then start it where it is defined: `virsh start NAME`.",
  },
  "KVM-607": {
    title: "The guest arrived, but a proof failed",
    explanation:
      "The guest runs on the target, and something that must be true after a live move is not. The message has what was looked at.",
    fix: "Look at the guest before you rely on it. The next `pulumi up` accepts the place where it is.",
  },
  "KVM-608": {
    title: "libvirt is at work on the guest",
    explanation:
      "libvirt does one job on a guest at a time, and another one is in progress: a move, a save, a dump. A copy that runs on one host and is paused on another belongs to a move in progress.",
    fix: "`virsh domjobinfo NAME` where it runs shows the job. Wait for its end, or `virsh domjobabort NAME`, then run the same command again.",
  },
  "KVM-609": {
    title: "The outcome of the move is not known",
    explanation:
      "After a move both hosts are inspected, whatever virsh's exit code is. One of them could not be inspected, or libvirt did not finish. Nothing was started or stopped.",
    fix: "`virsh list --all` on both hosts. When they answer again: `pulumi up --refresh` goes on from what it finds.",
  },
  "KVM-610": {
    title: "libvirt on a host does not answer",
    explanation: "SSH to the host works, but `virsh list --all` there failed.",
    fix: "On the host: `systemctl restart libvirtd`; `journalctl -u libvirtd -n 20` says why it ended.",
  },
  "KVM-611": {
    title: "A host does not resolve the other's name",
    explanation:
      "The move goes to `qemu+ssh://TARGET/system`, so the source must find the target by its name, and the target the source for the way back; `getent hosts NAME` there finds none. Where the host asks a name server, the message says why: the name server does not run or is silent, it has no record of the name, or the host completes short names with another search domain.",
    fix: "What the message says: a line `ADDRESS NAME` in `/etc/hosts` on the host that it names, or the name server (`dig @SERVER NAME` shows what it answers), or `search` in `/etc/resolv.conf`.",
  },
  "KVM-612": {
    title: "After the move the guest stands still",
    explanation:
      "Exactly one host has the guest, and there it is paused: QEMU met an error while it wrote to the disk, or libvirt could not let it go on.",
    fix: "`virsh domstate NAME --reason` on that host says why. Fix that (`df -h /var/lib/libvirt/images`), then `virsh resume NAME`.",
  },
  "KVM-613": {
    title: "The move did not converge, and was aborted",
    explanation:
      "The guest writes to its memory faster than it is copied: for `noProgressSeconds` no less was left than before, or the time for its size (`secondsPerGiB`) was over. The policy's action is `abort`, or `force` reached its ceiling. The guest runs on the source.",
    fix: "More `bandwidthMiBps`, `autoConverge: {}`, or another `convergence.action`. Then run the same command again.",
  },
  "KVM-614": {
    title: "The move broke after the switch to post-copy",
    explanation:
      "The guest went on at the target before all of its memory was there, and then the connection between the hosts broke, or nothing was carried over it for 130 s: TCP tries again every two minutes at most. Each host has a part of the memory; neither copy can run without the other.",
    fix: "Destroy neither copy. Fix the network between the hosts, then run the same command again: it follows the move where both QEMUs still wait for each other, and otherwise recovers it (`virsh migrate … --postcopy-resume` on the source; the message has the command).",
  },
  "KVM-615": {
    title: "Too many moves leave the host",
    explanation:
      "`maxOutgoing` moves out of the source were going on (`virsh domjobinfo` shows them as outgoing migrations), and none ended in time.",
    fix: "Wait for their end, or raise `maxOutgoing`, then run the same command again.",
  },
  "KVM-616": {
    title: "The guest cannot move in this way",
    explanation:
      "An offline move takes a guest that is shut off; a post-copy move takes one that runs: libvirt refuses post-copy for a guest that stands still. Nor does a guest move by post-copy to an older QEMU: what that cannot read shows after the switch, when the guest cannot go on where it was.",
    fix: "Set `options.mode` to what fits the guest's state: `live` or `paused` for one that runs or stands still, `offline` for one that is shut off; `live` to an older QEMU.",
  },
  "KVM-617": {
    title: "No host has room for the guest",
    explanation:
      "Where no target is named, a guest goes to the host with the most free memory (`MemAvailable` of `/proc/meminfo`; free huge pages for a guest that uses them). Its memory and 32 MiB for QEMU must fit there, beside those that are sent there with it, and the host keeps 64 MiB. A drain looks in the same way, without the 64 MiB, whether all its guests fit on a host that was named. A host that has another guest of the same name is not chosen, nor one that a drain's `antiAffinity` or `affinity` speaks against. The message says what each guest needs and what each host has.",
    fix: 'Stop or move a guest elsewhere, or add a host to the list. If you know that the guests do not use their memory, waive KVM-633: `waive: ["KVM-633"]`.',
  },
  "KVM-618": {
    title: "Not all guests were moved",
    explanation:
      "A drain moves every guest by itself, and the failure of one does not stop the others. The message has every guest that is still to be moved, each with its own code. What did move is remembered.",
    fix: "Fix each guest's error, then run the same command again: it goes on with those that are left.",
  },
  "KVM-674": {
    title: "Outside of the maintenance window",
    explanation:
      "The drain has times before and after which no move may begin (notBefore, notAfter), by the clock of the machine that runs the command. A move that had begun before came to its end.",
    fix: "Run the same command again inside the window, or give another one. `pulumi preview` says what would be done.",
  },
  "KVM-620": {
    title: "The name means two guests",
    explanation:
      "Two hosts have guests of this name with different UUIDs: they are different guests. A guest is identified by its UUID; the name does not say which one is meant.",
    fix: "Give the guest's UUID instead of its name: `virsh list --all --uuid --name` on each host shows them.",
  },
  "KVM-641": {
    title: "The guest was moved on by somebody else",
    explanation:
      "After the move all hosts were looked at: the guest runs on another host than the two of this move. Somebody moved it meanwhile.",
    fix: "Run the same command again: it moves the guest from where it is.",
  },
  "KVM-642": {
    title: "Half of the guest is lost",
    explanation:
      "The guest went over to the target by post-copy before all of its memory was there, and then one of the two hosts lost its half: it lost power, or its QEMU ended. The other half cannot live without it. What the guest had in its memory is gone; its disk is as after a power cut.",
    fix: "`virsh destroy UUID` on the host that the message names removes the half; then the guest starts from its disk: `virsh start UUID`. The next `pulumi up --refresh` starts a guest that a `Guest` resource made.",
  },
  "KVM-644": {
    title: "Where the guest is cannot be known",
    explanation:
      "A host that may have the guest does not answer, and no other host shows it running. Silence is not absence: nothing is started, stopped or taken over.",
    fix: "Bring the host back that the message names, then run the same command again.",
  },
  "KVM-619": {
    title: "A guest has a name that virsh could misread",
    explanation:
      "Some names mean something else to virsh or to a shell: digits alone are the ID of another guest to it. Earlier versions' drains did not move such a guest; now each is asked for by its UUID.",
    fix: "Nothing with this version. Before it: `virsh domrename NAME NEW-NAME` while it is shut off.",
  },
} as const satisfies Record<string, CatalogEntry>;
