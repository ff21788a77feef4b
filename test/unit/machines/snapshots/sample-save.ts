import type { LabManifest } from "../../../../machines/snapshots/manifest";

const ssh = (net: number, port = 22_022) => ({
  nfs: { address: `127.115.${net}.2`, port },
  source: { address: `127.115.${net}.3`, port },
  target: { address: `127.115.${net}.4`, port },
});

export const placesHere = {
  cache: "/home/a/.cache/kvm-migration-lab",
  uri: "qemu+unix:///system?socket=/home/a/.cache/kvm-migration-lab/labs/dev/hypervisor/run/libvirt-sock",
  ssh: ssh(53),
};
export const placesThere = {
  cache: "/var/tmp/lab",
  uri: "qemu+unix:///system?socket=/var/tmp/lab/labs/dev/hypervisor/run/libvirt-sock",
  ssh: ssh(54, 22_122),
};

export const sampleMachine = {
  qemu: "7.2.22",
  libvirt: "9.0.0",
  acceleration: "tcg",
  processor: "A",
} as const;

export const sampleManifest: LabManifest = {
  kind: "lab",
  format: 2,
  name: "before",
  stack: "dev",
  createdAt: "2026-11-23T12:00:00.000Z",
  version: "0.1.0",
  settings: { hypervisor: "private" },
  machine: sampleMachine,
  image: {
    baseVolume: { pool: "base", path: "/var/lib/libvirt/images/base/k.qcow2", format: "qcow2" },
    kernel: "/var/lib/libvirt/boot/k/vmlinux",
    initrd: "/var/lib/libvirt/boot/k/initrd.img",
    cmdline: "quiet",
    otherImages: {},
  },
  places: placesHere,
  machines: ["nfs", "source", "target"],
  guest: { name: "guest", runningOn: "target" },
  others: [],
  pausedMs: 4000,
  files: [
    { path: "hypervisor/bases/images/base/k.qcow2", bytes: 4000, sha256: "a".repeat(64) },
    { path: "hypervisor/etc/storage/autostart/lab.xml", link: "/etc/libvirt/storage/lab.xml" },
    { path: "memory/nfs.save", bytes: 1000, sha256: "b".repeat(64) },
  ],
};
