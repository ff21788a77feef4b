import type { CatalogEntry } from "../catalog-entry";

/** Codes from KVM-660 on, the rules about single elements of a guest's definition: see docs/reference/domain-elements.md. */
export const elementErrors = {
  "KVM-660": {
    title: "The guest has an element that no rule knows",
    explanation:
      "The element table (docs/reference/domain-elements.md) says of every element of libvirt's domain format who checks it, or why it cannot matter to a move. This one it does not have: it is newer than the table. Both the live definition and the one for the next start are read. May be waived.",
    fix: "`virsh dumpxml NAME` shows the element, libvirt's documentation (formatdomain) what it means. Where it refers to nothing outside of the guest, waive the code.",
  },
  "KVM-661": {
    title: "libvirt or QEMU does not move the guest as it is",
    explanation:
      "Whatever the hosts are: a transient disk, a vDPA network card, memory shared with others (shmem, except as its master), 3D acceleration, encrypted memory (SEV), SGX, the processor's feature `invtsc` without a frequency of its TSC, `<cpu migratable='off'>`, `<hyperv mode='passthrough'>`. May be waived: newer versions may move some of it.",
    fix: "Take it out with `virsh edit NAME` and start the guest again, or shut the guest down and move it offline.",
  },
  "KVM-662": {
    title: "The guest has snapshots",
    explanation:
      'libvirt does not carry the descriptions of snapshots along, and so refuses: "cannot migrate domain with 1 snapshots". The content of internal ones is in the disk, and stays there. May be waived.',
    fix: "`virsh snapshot-dumpxml NAME SNAPSHOT > FILE`, `virsh snapshot-delete NAME SNAPSHOT --metadata`; after the move `virsh snapshot-create NAME FILE --redefine` on the target.",
  },
  "KVM-663": {
    title: "The guest has checkpoints",
    explanation:
      "Checkpoints are where incremental backups go on from. libvirt leaves their descriptions on the source, and the next incremental backup does not find its base. May be waived: many backup programs define them again.",
    fix: "`virsh checkpoint-dumpxml NAME CHECKPOINT > FILE`, `virsh checkpoint-delete NAME CHECKPOINT --metadata`; after the move `virsh checkpoint-create NAME FILE --redefine` on the target.",
  },
  "KVM-664": {
    title: "A block job is active on a disk of the guest",
    explanation:
      'A copy, commit, pull or backup: libvirt refuses with "domain has active block job". The live definition (`<mirror>`) and `virsh blockjob --info` of each disk are read. May be waived.',
    fix: "Wait for its end, or `virsh blockjob NAME DISK --abort`; a copy that is ready also ends by `--pivot`.",
  },
  "KVM-665": {
    title: "Both hosts have one UUID",
    explanation:
      'libvirt tells hosts apart by the UUID of their board (`virsh capabilities`), which cheap boards and copied virtual machines share: "Attempt to migrate guest to the same host".',
    fix: 'On one of them `host_uuid = "…"` in `/etc/libvirt/libvirtd.conf` (with modular daemons: `virtqemud.conf`), and a restart of that daemon.',
  },
  "KVM-666": {
    title: "The target lacks a path that the guest's definition names",
    explanation:
      "The emulator, a socket or device node, and the folders of files that QEMU or libvirt makes: the firmware's variables, a serial line's file or log, sockets. May be waived.",
    fix: "Make the folder on the target, or install there what the source has: `dpkg -S PATH`, `rpm -qf PATH`.",
  },
  "KVM-667": {
    title: "QEMU cannot listen on the target as on the source",
    explanation:
      "A screen (VNC, SPICE) or a TCP serial line listens on an address that only the source has, or on a fixed port that somebody on the target uses. May be waived.",
    fix: "Listen on `0.0.0.0` or `127.0.0.1`, with `autoport='yes'`: `virsh edit NAME` and a new start. `ss -ltnp` on the target shows who has the port.",
  },
  "KVM-668": {
    title: "The target's libvirt lacks the key of the guest's TPM or firmware",
    explanation:
      "The key of an encrypted TPM, or of the firmware's encrypted variables, is a secret of each host's libvirt; those of disks are KVM-482's. May be waived.",
    fix: "`virsh secret-dumpxml UUID` on the source; `virsh secret-define FILE` and `virsh secret-set-value UUID --file FILE` on the target.",
  },
  "KVM-669": {
    title: "The target's libvirt lacks a network filter of the guest",
    explanation:
      "`<filterref>` names a filter that each host's libvirt has by itself. Whether both mean the same is not compared. May be waived.",
    fix: "`virsh nwfilter-dumpxml FILTER` on the source, `virsh nwfilter-define FILE` on the target.",
  },
  "KVM-670": {
    title: "The target lacks a processor or NUMA node that the guest is bound to",
    explanation:
      "`<vcpupin>`, `cpuset=` and `<numatune>` name processors and nodes of the host by number. May be waived.",
    fix: "`virsh vcpupin`, `emulatorpin`, `iothreadpin`, `numatune` with numbers that `lscpu` on the target shows.",
  },
  "KVM-671": {
    title: "The target lacks a security driver that the guest has a label of",
    explanation:
      "The kept definition has a `<seclabel>` of its own, of AppArmor or SELinux, and the target's libvirt does not use that driver. Labels that libvirt gives by itself do not matter. May be waived.",
    fix: "`virsh edit NAME` and take the `<seclabel>` out, or switch the driver on in the target's `/etc/libvirt/qemu.conf`.",
  },
  "KVM-672": {
    title: "The target has no swtpm for the guest's TPM",
    explanation:
      "An emulated TPM is a program of its own on each host. Its state travels along. May be waived.",
    fix: "`apt-get install swtpm swtpm-tools` on the target, and a restart of libvirt there.",
  },
  "KVM-673": {
    title: "An offline move would leave the guest's firmware variables or TPM behind",
    explanation:
      "With a guest that runs, libvirt sends the firmware's variables (`<nvram>`) and the state of an emulated TPM. An offline move takes the definition alone, and the source forgets the guest: it would start with new variables, or with a TPM without its keys. So these files must be the same on the target: on storage that both share, or copied while the guest is shut off.",
    fix: "On the source copy each file that the message names to the same path on the target (`ssh TARGET mkdir -p FOLDER && scp -p FILE TARGET:FILE`); or start the guest, and move it live.",
  },
} as const satisfies Record<string, CatalogEntry>;
