import type { CatalogEntry } from "../catalog-entry";

/** Codes KVM-5xx: see docs/reference/errors.md, generated from here. */
export const guestErrors = {
  "KVM-501": {
    title: "There is a guest of this name already",
    explanation:
      "Before a guest is made, all hosts are looked at. One of them has a guest of the same name that this stack did not make.",
    mend: "Take another name (`guestName`), or remove the other guest: `virsh destroy NAME; virsh undefine NAME`.",
  },
  "KVM-502": {
    title: "The guest does not answer in time",
    explanation:
      "The guest was started, but its probe did not answer over the network. The guest is left running, so that you can look at it. The message has its state and what its serial console printed just then.",
    mend: "`./lab console` shows what it prints. On a slow machine raise `readyTimeoutSeconds`. A guest that prints nothing at all may be on a host whose `/dev/kvm` is there and runs nothing: set `guestAcceleration: tcg`. The next `./lab up` goes on from here.",
  },
  "KVM-503": {
    title: "The probe inside the guest falls silent",
    explanation: "A connection to the guest's probe is open, and no answer comes.",
    mend: "Look at the guest's console (`./lab console`) and at `virsh domstate NAME --reason` on its host.",
  },
  "KVM-504": {
    title: "The guest does not start",
    explanation:
      "`virsh define` or `virsh start` failed, or the guest ended before it answered. What does not start is not left defined.",
    mend: "In a lab whose servers were built, `./lab up NAME` first: it repairs what its host lacks (the KVM module, the share, libvirtd) and starts the guest again. Otherwise read the message: it has libvirt's own words; QEMU's are in `/var/log/libvirt/qemu/NAME.log` on the host. \"KVM is not available\": `modprobe kvm_amd` or `kvm_intel` there, then `systemctl restart libvirtd`.",
  },
  "KVM-505": {
    title: "The guest cannot be removed",
    explanation: "`virsh destroy` or `virsh undefine` failed on the host.",
    mend: "On the host: `virsh destroy NAME; virsh undefine NAME`, then run the same command again.",
  },
  "KVM-506": {
    title: "The guest is gone",
    explanation: "The guest was there at the last look and is on none of the hosts now.",
    mend: "`./lab up --refresh` makes it again.",
  },
  "KVM-507": {
    title: "The provider's resources cannot be imported",
    explanation:
      "`pulumi import` gives an ID only; where a guest may be, and who opens the hosts, is in the program.",
    mend: "Write the resource into the program and run `pulumi up`: a guest that is in place is not moved, one that this stack made is taken over.",
  },
  "KVM-508": {
    title: "The guest has another name by now",
    explanation:
      "No host has a guest of this name, and one has the very guest under another: somebody renamed it, or moved it with a new name (`virsh migrate --dname`, a Migration's `newName`). Taken for gone it would be made a second time, on the same disk.",
    mend: "When it is shut off, give it its name back: `virsh domrename OTHER NAME`. Or let the stack forget it: `pulumi state delete URN`.",
  },
} as const satisfies Record<string, CatalogEntry>;
