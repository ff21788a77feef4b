import type { CatalogEntry } from "../catalog-entry";

/** Codes KVM-5xx. */
export const guestErrors = {
  "KVM-501": {
    title: "There is a guest of this name already",
    explanation:
      "Before a guest is made, all hosts are looked at. One of them has a guest of the same name and another UUID: this stack did not make it, never adopts it and never removes it.",
    fix: "Take another name. To take over exactly that guest, write its UUID and definition into the program.",
  },
  "KVM-502": {
    title: "The guest does not answer in time",
    explanation:
      "The guest was started, but its probe did not answer over the network. The guest is left running, so that you can look at it. The message has its state and what its serial console printed just then.",
    fix: "`virsh console NAME` on its host shows what it prints. On a slow machine raise `readyTimeoutSeconds`. A guest that prints nothing at all may be on a host whose `/dev/kvm` is there and runs nothing: give it the domain type `qemu`.",
  },
  "KVM-503": {
    title: "The probe inside the guest falls silent",
    explanation: "A connection to the guest's probe is open, and no answer comes.",
    fix: "On its host: `virsh console NAME` and `virsh domstate NAME --reason`.",
  },
  "KVM-504": {
    title: "The guest does not start",
    explanation:
      "`virsh define` or `virsh start` failed, or the guest ended before it answered. What does not start is not left defined.",
    fix: "Read the message: it has libvirt's own message; QEMU's is in `/var/log/libvirt/qemu/NAME.log` on the host. \"KVM is not available\": `modprobe kvm_amd` or `kvm_intel` there, then `systemctl restart libvirtd`.",
  },
  "KVM-505": {
    title: "The guest cannot be removed",
    explanation: "`virsh destroy` or `virsh undefine` failed on the host.",
    fix: "On the host: `virsh destroy NAME; virsh undefine NAME`, then run the same command again.",
  },
  "KVM-506": {
    title: "The guest is gone",
    explanation: "The guest was there at the last look and is on none of the hosts now.",
    fix: "`pulumi up --refresh` makes it again.",
  },
  "KVM-507": {
    title: "The provider's resources cannot be imported",
    explanation:
      "`pulumi import` gives an ID only; where a guest may be, and who opens the hosts, is in the program.",
    fix: "Write the resource into the program and run `pulumi up`: a guest that is in place is not moved, one that this stack made is taken over.",
  },
  "KVM-509": {
    title: "The guest that is there is another than the program's",
    explanation:
      "A host has a domain with the UUID that the program's definition gives, and this resource did not make it. It would be taken over as it is if its definition agreed in what matters (name, memory, processors, disks, networks); the message says in what it does not. It was not touched: neither started nor undefined.",
    fix: "Write into the program what is there (`virsh dumpxml --inactive UUID`), or give the program's guest a UUID of its own, or none.",
  },
} as const satisfies Record<string, CatalogEntry>;
