import type { CatalogEntry } from "kvmlab-provider/errors/catalog-entry";

/** Codes KVM-408 to 466; those before are the provider's: see docs/reference/errors.md, generated from here. */
export const machinesErrors = {
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
    fix: "The message has libvirt's or SSH's own message. `./lab up NAME` again goes on from here. If the server's disk is damaged: `./lab reset NAME` brings the lab back as it was built, and `./lab down NAME`, then `./lab up NAME`, builds it again.",
  },
  "KVM-451": {
    title: "The NFS server does not export the share",
    explanation:
      "After `/etc/exports.d/kvm-migration-lab.exports` was written and `exportfs -ra` was run, `exportfs -v` does not list the share.",
    fix: "`./lab ssh nfs`, then `systemctl status nfs-server` and `exportfs -ra`, which reports what is wrong.",
  },
  "KVM-452": {
    title: "The share cannot be mounted",
    explanation:
      "A KVM host tried for a minute and a half to mount `nfs:/migration` on `/var/lib/libvirt/images`. The message has the last output of `mount`.",
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
      "`/var/lib/libvirt/images` is a mount of its own on this host, now or in `/etc/fstab`. The lab does not hide or unmount what it did not mount.",
    fix: "Where the host may do without: `umount /var/lib/libvirt/images` and remove its line from `/etc/fstab`. Otherwise take another machine.",
  },
  "KVM-455": {
    title: "The guest's files do not fit on the share",
    explanation:
      "The guest's kernel, initrd and disk are unpacked next to the old ones, and replace them when they are complete. The message has the output of `tar`.",
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
      "A KVM host tried for a minute and a half to log in to the iSCSI target, and to see its LUN under the name that the guest's definition has. The message has the session's state, and the last output of `iscsiadm`.",
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
      "`targetcli` made the backstore, the target with its portal, and an ACL with a CHAP secret for each host, but the kernel does not have all of it. The message names what is missing.",
    fix: "`./lab ssh nfs`, then `targetcli ls` and `journalctl -u rtslib-fb-targetctl`. Modules `target_core_file` and `iscsi_target_mod` must be there (`modprobe -n`).",
  },
  "KVM-460": {
    title: "A server belongs to another pool of GlusterFS",
    explanation:
      "Each server that keeps a copy of the volume gets an identity of the lab's own (`/var/lib/glusterd/glusterd.info`). This one has volumes or peers under another identity, which would be lost. On a machine that exists already nothing of somebody's own is changed: neither an identity without volumes nor the settings of glusterd.",
    fix: "Take another machine; or, where they are not needed: `gluster volume delete`, `gluster peer detach`; on a machine that exists already also `systemctl stop glusterd`, and move `/var/lib/glusterd/glusterd.info` or the settings that the message names aside. Then the same command again.",
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
  "KVM-463": {
    title: "Port 53 is taken where the lab's name server is to run",
    explanation:
      "With `names: dns` on machines that exist already, nfs runs a dnsmasq of the lab's at its own address. Another program listens there, or at all addresses, and is left as it is. This is looked at before any machine is changed.",
    fix: "Have that program listen at other addresses: a dnsmasq by `bind-interfaces` with `listen-address`, systemd-resolved without `DNSStubListenerExtra`. Or stop it, if the machine may do without. Or `names: hosts`.",
  },
  "KVM-464": {
    title: "The lab cannot add its name server to those that a machine has",
    explanation:
      "A machine that exists already keeps its name servers, and asks the lab's beside them. Two ways are known: systemd-resolved with the name servers of its connections, and a `/etc/resolv.conf` that no program writes. A DHCP client, NetworkManager or resolvconf would write it again; systemd-resolved asks only one of the servers that it has for all connections. This is looked at before any machine is changed.",
    fix: "With NetworkManager `apt-get install systemd-resolved`, which it gives its name servers to. With a DHCP client a fixed address, and name servers that you write into `/etc/resolv.conf` yourself. With systemd-resolved the connection's own settings for name servers, in place of `DNS=` in `/etc/systemd/resolved.conf`. Or `names: hosts`.",
  },
  "KVM-465": {
    title: "A machine does not find the lab's names",
    explanation:
      "A machine that exists already was told of the lab's name server, and did not resolve the name of another one to its address within a minute. What was changed on it is taken back.",
    fix: "On nfs UDP and TCP port 53 must be open to the machine. On the machine `hosts:` in `/etc/nsswitch.conf` must have `dns` or `resolve`, and no line of `/etc/hosts` the name: `getent ahostsv4 NAME` shows what it finds.",
  },
  "KVM-466": {
    title: "The volume or its folder is somebody's own",
    explanation:
      "On machines that exist already, the volume `migration` is made of a new folder `/migration/brick` on each. A volume of that name with other bricks, or a folder with files that belongs to none, is left as it is. This is looked at before any machine is changed.",
    fix: "Move the folder aside; or delete the volume, and then the folders, if nothing of them is needed. Then the same command again.",
  },
  "KVM-467": {
    title: "The share cannot be unmounted",
    explanation:
      "`./lab down existing` takes back from your machines what the lab made there. Something still uses a file in `/var/lib/libvirt/images`: a shell that stands in it, or a guest of your own whose disk is there. Nothing else of that machine was taken back yet.",
    fix: "`fuser -vm /var/lib/libvirt/images` on that machine shows who uses it: end or move that, then the same command again. Where the server of the share is gone for good: `umount -l /var/lib/libvirt/images`.",
  },
  "KVM-468": {
    title: "The folder for the share is not empty",
    explanation:
      "The share is mounted on `/var/lib/libvirt/images`. What is in that folder would be hidden as long as it is mounted, and guests whose disks are there would not start. So nothing is mounted over it.",
    fix: "Move the files aside, or to the share: `mkdir /var/lib/libvirt/images.before && mv /var/lib/libvirt/images/* /var/lib/libvirt/images.before`; guests whose disks these are need their new path (`virsh edit`). Then the same command again.",
  },
} as const satisfies Record<string, CatalogEntry>;
