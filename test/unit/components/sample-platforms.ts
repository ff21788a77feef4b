import type { Platform } from "../../../components/platform";

const ports: Readonly<Record<string, number>> = { nfs: 22_002, source: 22_003, target: 22_004 };

/** The private hypervisor: image in place, SSH through forwarders, nobody else there. */
export const privatePlatform: Platform = {
  uri: "qemu+unix:///system?socket=/cache/libvirt-sock",
  acceleration: "tcg",
  prefix: "",
  isolated: true,
  warmDisks: {},
  image: {
    kind: "on-hypervisor",
    volumeId: "/images/base.qcow2",
    kernel: "/boot/vmlinux",
    initrd: "/boot/initrd.img",
    cmdline: "root=/dev/vda rw quiet",
  },
  otherImages: {
    trixie: {
      kind: "on-hypervisor",
      volumeId: "/images/trixie.qcow2",
      kernel: "/boot/trixie/vmlinux",
      initrd: "/boot/trixie/initrd.img",
      cmdline: "root=/dev/vda rw trixie",
    },
  },
  sshEndpoint: (role) => ({ address: "127.98.0.1", port: ports[role] ?? 22_005 }),
};

/** A libvirt of the user's own, with the lab's image to be uploaded. */
export const sharedPlatform: Platform = {
  uri: "qemu+ssh://me@server/system",
  acceleration: "kvm",
  prefix: "dev-",
  isolated: false,
  warmDisks: {},
  image: {
    kind: "upload",
    disk: "/cache/disk.qcow2",
    kernel: "/cache/vmlinux",
    initrd: "/cache/initrd.img",
    cmdline: "root=/dev/vda rw",
  },
  otherImages: {},
  sshEndpoint: () => undefined,
};

/** The same, with an image of the user's own that boots by its boot loader. */
export const otherImagePlatform: Platform = {
  ...sharedPlatform,
  image: { kind: "upload", disk: "/images/debian.qcow2", kernel: "", initrd: "", cmdline: "" },
};
