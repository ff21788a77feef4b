import type { CatalogEntry } from "../catalog-entry";

/** Codes KVM-4xx: see docs/reference/errors.md, generated from here. */
export const machinesErrors = {
  "KVM-401": {
    title: "A host does not answer SSH",
    explanation:
      "The host's SSH port refused the connection, kept silent or hung up, again and again until the limit. A virtual machine that is still booting does that too: the error says how often and for how long it was tried.",
    fix: "A server that the lab built: `./lab up NAME` starts it if it has no power, waits until it has booted, and brings back what ran on it. For a machine of your own: `ssh -p PORT USER@ADDRESS true` must work from here; when it does, run the same command again.",
  },
  "KVM-402": {
    title: "A host showed another SSH key than expected",
    explanation:
      "Every host's key is known before the first connection: the lab made it, or the stack's config names it. Another key means another machine at this address, or a machine that was installed again. Nothing was sent to it.",
    fix: "For a machine of your own: compare with `ssh-keyscan -t ed25519 ADDRESS`, and correct the key in the stack's config if the machine is the right one. For a machine of the lab: `./lab down`, then `./lab up`.",
  },
  "KVM-403": {
    title: "A host refused the login",
    explanation: "SSH answers with the right host key, but accepts none of the keys or passwords offered.",
    fix: "Put the public key into the user's `~/.ssh/authorized_keys` on that host (for root, `PermitRootLogin prohibit-password` is needed), or correct the user or key in the stack's config.",
  },
  "KVM-404": {
    title: "The SSH connection to a host broke",
    explanation:
      "The host went away in the middle of a command: it was stopped, its network failed, or it did not answer for 20 seconds. Whether the command ended is not known.",
    fix: "`./lab status` shows whether the host runs. Run the same command again: every step looks at what is there first.",
  },
  "KVM-405": {
    title: "A command on a host took too long",
    explanation: "Every command on a host has a time limit. This one passed it and was told to stop.",
    fix: "Look at the host with `./lab ssh HOST`: `uptime`, `df -h` and `journalctl -n 50` usually show what it waits for. Then run the same command again.",
  },
  "KVM-406": {
    title: "An SSH key cannot be read",
    explanation:
      "A private key must be in OpenSSH or PEM format, with its passphrase if it has one; a host key must look like `ssh-ed25519 AAAA…`.",
    fix: "`ssh-keygen -y -f FILE` shows whether a private key is whole; `ssh-keyscan -t ed25519 ADDRESS` prints a host key as it is expected.",
  },
  "KVM-407": {
    title: "An address does not answer through a host",
    explanation:
      "What runs in the lab's network is reached through one of its hosts, by a TCP connection that this host opens. The host refused to, or nothing answered there.",
    fix: "`./lab ssh HOST` and try from there, for example with `nc -vz ADDRESS PORT`. The host's sshd must have `AllowTcpForwarding yes` (its default).",
  },
  "KVM-408": {
    title: "A machine does not boot",
    explanation:
      "The machine runs, but asked for no address within the five minutes that libvirt's plugin waits. Only machines with an image of yours (`hostImage`) ask: the lab's own knows its address from the start.",
    fix: "Look at its console on the hypervisor (`virsh console NAME`). The image must boot by itself with BIOS, and have cloud-init and systemd-networkd, as Debian's generic cloud images do. Then run the same command again.",
  },
  "KVM-409": {
    title: "A server that had no power does not come back",
    explanation:
      "Before Pulumi runs, `./lab up` starts each server of the lab that has no power, resumes each that is paused, and waits until those and each one that has booted since answer SSH, and libvirt on source and target. One of them did not start, or did not answer within four minutes. Nothing was changed on the others.",
    fix: "The message has libvirt's or SSH's own words. `./lab up NAME` again goes on from here. If the server's disk is damaged: `./lab reset NAME` brings the lab back as it was built, and `./lab down NAME`, then `./lab up NAME`, builds it again.",
  },
  "KVM-451": {
    title: "The NFS server does not export the share",
    explanation:
      "After `/etc/exports.d/kvm-migration-lab.exports` was written and `exportfs -ra` was run, `exportfs -v` does not list the share.",
    fix: "`./lab ssh nfs`, then `systemctl status nfs-server` and `exportfs -ra`, which says what it does not like.",
  },
  "KVM-452": {
    title: "The share cannot be mounted",
    explanation:
      "A KVM host tried for a minute and a half to mount `nfs:/migration` on `/var/lib/libvirt/images`. The message carries what `mount` said last.",
    fix: "On the NFS server `exportfs -v` must list this host's address, and nothing may stand between them on TCP port 2049. Then `mount /var/lib/libvirt/images` on the host, or the same command again.",
  },
  "KVM-453": {
    title: "A KVM host has no bridge for the guests",
    explanation:
      "The guest's network interface is connected to a bridge of the host that it runs on, of the same name on both. The lab's own image has `br0`.",
    fix: "Make the bridge (Debian: `bridge_ports` in `/etc/network/interfaces`), or name the one that is there with the config key `bridge`.",
  },
  "KVM-454": {
    title: "Something else is mounted where the share belongs",
    explanation:
      "`/var/lib/libvirt/images` is a mount of its own on this host, now or in `/etc/fstab`. The lab does not hide or unmount what is not its own.",
    fix: "Where the host may do without: `umount /var/lib/libvirt/images` and remove its line from `/etc/fstab`. Otherwise take another machine.",
  },
  "KVM-455": {
    title: "The guest's files do not fit on the share",
    explanation:
      "The guest's kernel, initrd and disk are unpacked beside the old ones and put in place when they are whole. The message carries what `tar` said.",
    fix: "`./lab ssh nfs df -h /migration`, make room there, and run the same command again.",
  },
  "KVM-456": {
    title: "The lab's name server does not answer",
    explanation:
      "With `names: dns` nfs runs dnsmasq. It was started, and did not answer a question for one of its own records within some seconds.",
    fix: "`./lab ssh nfs`, then `systemctl status dnsmasq` and `journalctl -u dnsmasq -n 20`; nothing else may listen on port 53 of its address.",
  },
  "KVM-457": {
    title: "A host cannot log in to the LUN",
    explanation:
      "A KVM host tried for a minute and a half to log in to the iSCSI target, and to see its LUN under the name that the guest's definition has. The message carries the session's state, and what `iscsiadm` said last.",
    fix: "On the iSCSI server `targetcli ls /iscsi` must have an ACL for this host, and nothing may stand between them on TCP port 3260. Then `iscsiadm -m node -T TARGET --login` on the host, or the same command again.",
  },
  "KVM-458": {
    title: "A host cannot lose its LUN while the guest runs on it",
    explanation:
      "The break words `chap`, `logged-out` and `other-lun` log target out of the iSCSI target. A guest that runs there would lose its disk in the middle of its work.",
    fix: "`./lab up -c guestRunsOn=source` with nothing broken, then the same command again.",
  },
  "KVM-459": {
    title: "The iSCSI server does not offer the LUN",
    explanation:
      "`targetcli` was told to make the backstore, the target with its portal, and an ACL with a CHAP secret for each host; the kernel does not have all of it afterwards. The message names what is missing.",
    fix: "`./lab ssh nfs`, then `targetcli ls` and `journalctl -u rtslib-fb-targetctl`. Modules `target_core_file` and `iscsi_target_mod` must be there (`modprobe -n`).",
  },
  "KVM-460": {
    title: "A server belongs to another pool of GlusterFS",
    explanation:
      "Each server that keeps a copy of the volume gets an identity of the lab's own (`/var/lib/glusterd/glusterd.info`). This one has volumes or peers under another identity, which would be lost.",
    fix: "Take another machine; or, where they are not needed: `gluster volume delete`, `gluster peer detach`, then the same command again.",
  },
  "KVM-461": {
    title: "The volume cannot be made or started",
    explanation:
      "nfs waited two and a half minutes for the other servers of the pool, then told `gluster` to make the volume of one brick on each and to start it. The message carries what it said.",
    fix: "`./lab ssh nfs`, then `gluster pool list` (each server must be `Connected`) and `gluster volume status migration`; `/var/log/glusterfs/glusterd.log` on each server.",
  },
  "KVM-462": {
    title: "The storage server cannot mount its own volume",
    explanation:
      "nfs mounts the volume for a moment to put the guest's files on it. The message carries what `mount` said.",
    fix: "`./lab ssh nfs gluster volume status migration` must show most of the bricks online. Then the same command again.",
  },
} as const satisfies Record<string, CatalogEntry>;
