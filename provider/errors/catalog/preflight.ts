import type { CatalogEntry } from "../catalog-entry";

/** Codes KVM-621 to 640, 646 and KVM-480 to 482: the rules before a move. */
export const preflightErrors = {
  "KVM-621": {
    title: "The guest's disks are not on storage that both hosts share",
    explanation:
      "A live move carries memory only; the disks must be the same ones on both hosts. A token was written through the source in the folder of each disk, and the target did not read it there: nothing is mounted, or another export, or the share does not answer. Of a block device (an iSCSI LUN) the kernel's wwid is compared on both hosts: the target is not logged in, its portal does not answer, or another LUN stands behind the same name. A device without a wwid proves nothing and is refused. Of a file that is only read, size and beginning must be the same on both hosts; nothing is written beside it. Of a file on a GlusterFS volume its identity there (gfid) is compared too: the target has no volume mounted, or another one at the same path. A disk that QEMU fetches by itself (`type='network'`) is the same one where its server is: a name that leads to other addresses on the target, a socket or a loopback address, which are each host's own, another cluster in Ceph's configuration.",
    fix: "Mount the same export on both hosts at the same path: `findmnt --target /var/lib/libvirt/images` on each. Block devices: `iscsiadm -m session`, and `cat /sys/block/sda/device/wwid` on each.",
  },
  "KVM-622": {
    title: "A disk is cached in a way that is not safe to move",
    explanation:
      "The target cannot know what the source's memory still caches of a disk. And libvirt moves no guest with a disk on a file system that it does not take for shared (ext4, sshfs, MooseFS, 9p, virtiofs …), whatever the cache: \"Migration without shared storage is unsafe\". Safe are `cache='none'` and `'directsync'`, storage whose hosts keep their caches alike (GFS2, OCFS2, Ceph), and shared storage, block devices among it, where QEMU drops its cache at a move (3.0 or newer, not with `unsafe`). libvirt uses the same table.",
    fix: "`virsh edit NAME` on the source, set `<driver … cache='none'/>`, then shut the guest down and start it again. From libvirt 11.0 on a folder can be named in `shared_filesystems` of `/etc/libvirt/qemu.conf`.",
  },
  "KVM-623": {
    title: "The target does not see a file of the guest",
    explanation:
      "QEMU on the target opens each disk with every file that it is built upon, in the definition's format, and the kernel, initrd and firmware too. One of them is not there, not to be read, or of another format. May be waived.",
    fix: "Put it on the share, or copy a file that is only read to the same path on the target. `qemu-img info -U --backing-chain FILE` on both hosts must say the same.",
  },
  "KVM-624": {
    title: "The hosts' processors are of different vendors",
    explanation:
      "A guest that has seen an Intel processor cannot go on with an AMD one. `/proc/cpuinfo` of both hosts was read. May be waived.",
    fix: 'Choose a target of the same vendor. A guest that is emulated, or has a generic processor (`kvm64`), may move all the same: `waive: ["KVM-624"]`.',
  },
  "KVM-625": {
    title: "The target's processor lacks features",
    explanation:
      "Product lines of one vendor differ, too. A processor with a model's name was compared by libvirt (`virsh hypervisor-cpu-compare` on the target); of one that is passed through, the flags of both hosts were. The missing ones are named. May be waived.",
    fix: "Choose a target like the source, or give the guest a processor that both have (`virsh hypervisor-cpu-baseline`, `virsh edit NAME`) and a new start.",
  },
  "KVM-626": {
    title: "The target cannot run a guest of this architecture",
    explanation:
      "A 64-bit guest moves only between 64-bit hosts; a 32-bit guest also between a 32-bit and a 64-bit host.",
    fix: "Choose a target whose `uname -m` fits the guest's `<type arch=…>`.",
  },
  "KVM-627": {
    title: "NX is on at one host and off at the other",
    explanation:
      "Both hosts must have the NX bit in the same state: a guest that uses it crashes where it is off. The flags in `/proc/cpuinfo` of both hosts were read. May be waived.",
    fix: "Switch it on in the firmware (Execute Disable, No-Execute), and take `noexec=off` out of the kernel's command line: `grep -wo -m1 nx /proc/cpuinfo`.",
  },
  "KVM-628": {
    title: "Another guest of the target has this UUID",
    explanation: "libvirt identifies guests by their UUID, not by their names. A copied definition keeps it.",
    fix: "Define the other one again without its `<uuid>` line: `virsh dumpxml --inactive OTHER`, `virsh undefine OTHER`, `virsh define FILE`.",
  },
  "KVM-629": {
    title: "The target does not run the same virtualization software",
    explanation:
      "KVM moves to KVM: the target's libvirt (`virsh version`, `virsh capabilities`) drives another hypervisor, or has no guests of this type and architecture, for example because `/dev/kvm` is missing.",
    fix: "`virt-host-validate qemu` on the target says what is missing; then `systemctl restart libvirtd`.",
  },
  "KVM-630": {
    title: "The target's virtualization software is older",
    explanation:
      "A guest moves to the same or a newer libvirt and QEMU. To an older one it may move where that knows its machine type: QEMU's developers mean it to, and nobody tests each pair of versions. Point releases (10.0.2 and 10.0.13) count as the same. May be waived: a guest that the older QEMU cannot read stays where it is.",
    fix: "Upgrade the target: `apt-get install --only-upgrade libvirt-daemon-system qemu-system-x86`, or to its next release of Debian.",
  },
  "KVM-631": {
    title: "A host's name leads to another machine",
    explanation:
      "The other host resolves the name, and the first address is none that the named host has: an old entry, a loopback address (Debian's `127.0.1.1`), another machine, a record that a name server has not read again. A line of the hosts file stands above any record. Where SSH from the source comes to a machine, its `boot_id` decides. What was looked at on the target says nothing of another machine.",
    fix: "Correct `/etc/hosts` on the host that the error names, or the record on the name server that it names (dnsmasq reads it again with `systemctl reload dnsmasq`); `ip -o addr` on the other host shows its addresses.",
  },
  "KVM-632": {
    title: "The source does not find the target by libvirt's name for it",
    explanation:
      'During the move libvirt on the target tells the source where to send the memory: `migration_host` of `qemu.conf`, else the host\'s own name (`virsh hostname`). Where the source cannot resolve that, the move fails with "Unable to resolve address", although its own command named the target rightly. May be waived.',
    fix: 'On the target: `migration_host = "NAME"` in `/etc/libvirt/qemu.conf`, then `systemctl restart libvirtd`; or a line for that name in the source\'s `/etc/hosts`.',
  },
  "KVM-633": {
    title: "The target has too little memory",
    explanation:
      "The guest's memory and 32 MiB for QEMU must be available (`MemAvailable` of `/proc/meminfo`; free huge pages for a guest that uses them), or the target's kernel ends a process. May be waived.",
    fix: "Move or stop another guest of the target, or choose another target.",
  },
  "KVM-634": {
    title: "The ports for the guest's memory are not reached",
    explanation:
      "The memory goes to a port of libvirt's range (49152 to 49215, or `migration_port_min` and `_max` of the target's `qemu.conf`). A connection from the source to the first and the last must be answered at once, were it by a refusal: nobody listens there yet. Silence is a firewall. One that refuses by itself looks like a free port, and is not found. The source's sshd makes the connection; where it may not (`AllowTcpForwarding no`), bash or perl on the source does. Where neither is there the ports are not tried, and the message says so.",
    fix: "On the target: `nft list ruleset`; `iptables -I INPUT -p tcp -s SOURCE --dport 49152:49215 -j ACCEPT`.",
  },
  "KVM-635": {
    title: "The source does not reach libvirt on the target without a prompt",
    explanation:
      "`virsh migrate … qemu+ssh://TARGET/system` logs in by SSH, as the same user and with the same settings as this check (`BatchMode=yes`), and then needs libvirt's socket. What a start file on the target (`.bashrc`, `.cshrc`, `.zshenv`) prints to standard output at such a login is refused too: libvirt's own messages come by the same way, and it ends with an error of its protocol. Messages to standard error do no harm.",
    fix: "On the source: `ssh -o BatchMode=yes TARGET true` must succeed: `ssh-copy-id TARGET`, `ssh-keyscan TARGET`. It must print nothing: at the beginning of `~/.bashrc` on the target, `case $- in *i*) ;; *) return ;; esac`.",
  },
  "KVM-636": {
    title: "The hosts' clocks differ by more than a second",
    explanation:
      "The guest takes its time over from the host that it comes to, and logs of both hosts are compared after a failure. Both hosts were asked for their time at once; how long asking took is allowed for. May be waived.",
    fix: "On both hosts: `timedatectl set-ntp true`, or `chronyc makestep`.",
  },
  "KVM-637": {
    title: "A network of the guest is missing on the target",
    explanation:
      "Each bridge, libvirt network and network device that an interface of the guest names must exist on the target under the same name; where the interface is joined to Open vSwitch, an Open vSwitch bridge. May be waived.",
    fix: "`ip link add br0 type bridge` (and join it), or `virsh net-define` and `virsh net-start`, on the target.",
  },
  "KVM-638": {
    title: "The guest holds something that only its host has",
    explanation:
      "Host devices, folders of the host (virtiofs, 9p), the host's TPM, and media in drives stay where they are, and so does the guest; except a medium whose size and beginning are the same on both hosts, whose server the target reaches, or that may be missing (`startupPolicy`) and is. May be waived.",
    fix: "`virsh change-media NAME DRIVE --eject`, or `virsh detach-device NAME DEVICE.xml --live`, on the source.",
  },
  "KVM-639": {
    title: "The target cannot write where it must",
    explanation:
      "The target needs a few MiB in `/etc/libvirt`, `/var/lib/libvirt/qemu`, `/var/log/libvirt`, `/run` and the disks' folders, and the right to write the disks.",
    fix: "`df -h` on the target; on the NFS server `exportfs -v` must say `rw,no_root_squash` for it.",
  },
  "KVM-646": {
    title: "A host does not reach enough bricks of the guest's volume",
    explanation:
      "A GlusterFS volume lets a host read and write only while it reaches more than half of the bricks that keep a copy (of two the first one), so that no two hosts go on with copies of their own. Each host's client told which bricks it is connected to. One lost brick of three stops no move. Bricks whose server answers are down because the volume is stopped, the brick's process has ended, or a firewall is between; a silent server has no power, no glusterd, or is cut off altogether.",
    fix: "On a server of the volume: `gluster volume info`, `gluster volume status`; `gluster volume start VOLUME force` starts the bricks that have ended. On the host: `nft list ruleset`; it must reach port 24007 and the bricks' ports.",
  },
  "KVM-640": {
    title: "The emulated guest would lose memory writes on the way",
    explanation:
      "QEMU before 9.0 loses writes of an emulated guest (`<domain type='qemu'>`) during a live move when the size of its memory is a multiple of 256 KiB; libvirt calls such a move a success. May be waived.",
    fix: "Give it 8 KiB more by QEMU's own arguments (`-m SIZEk`, with a `memory-backend-ram` of that size), or upgrade QEMU on the source.",
  },
  "KVM-480": {
    title: "QEMU on the target lacks the driver of a disk behind the network",
    explanation:
      "A disk of `type='network'` is opened by QEMU itself, by a driver for its protocol. Debian has those for iSCSI, Ceph, GlusterFS, NFS, SSH and URLs in the package `qemu-block-extra`, other distributions in a package each. The guest's own emulator was asked on the target, because only it knows: a module may be there and its libraries not. QEMU would refuse to start there. May be waived.",
    fix: "On the target: `apt-get install qemu-block-extra`.",
  },
  "KVM-481": {
    title: "The server of a disk does not answer the target",
    explanation:
      "The source has the disk open; the target's QEMU must reach the same server by TCP (NBD 10809, iSCSI 3260, Ceph's monitors 3300 or 6789, GlusterFS 24007, NFS 2049, SSH 22, HTTP 80 or 443, where the definition names no port). A connection was tried from the target. An NBD server greets whom it serves: one that takes a connection and says nothing serves as many clients as it may. May be waived.",
    fix: "`ss -ltn` and `nft list ruleset` on the server; `nc -vz SERVER PORT` on the target; `qemu-nbd --shared=2` for an NBD server.",
  },
  "KVM-482": {
    title: "The target lacks what a disk is opened with",
    explanation:
      "libvirt's secrets stay on their host when a guest moves: the CHAP or Ceph key that `<auth>` names, and the passphrase of an encrypted disk, must be defined on the target, too, with a value. Whether there is one was asked, the value itself was not kept. The same goes for Ceph's keyrings, where the definition names no user, and for the certificate of a disk by TLS. May be waived.",
    fix: "`virsh secret-dumpxml UUID` on the source; `virsh secret-define FILE` and `virsh secret-set-value UUID --interactive` on the target.",
  },
  "KVM-645": {
    title: "Another guest has the disk",
    explanation:
      "A guest is neither started nor moved while another one that runs has one of its disks: both would write it, and spoil it. It is looked for on all hosts of the guest before a start, and on both hosts before a move, by the paths of the definitions. One that is only defined with the disk is told. QEMU's own locks keep two guests of one host apart, by whatever name each has the disk; a `virsh start` by hand on another host they do not see where the disk is a block device. Disks that are `<shareable/>` or `<readonly/>` do not count.",
    fix: "`virsh shutdown` the other guest, and give it a disk of its own: `virsh domblklist NAME` shows which it has.",
  },
  "KVM-648": {
    title: "The target does not know the guest's machine type",
    explanation:
      "A guest keeps the hardware that it was started with, `machine='pc-q35-10.0'` for example, wherever it moves. Each QEMU has those of its own and of earlier releases (`qemu-system-x86_64 -machine help`, `virsh capabilities`): one that was started on a newer QEMU with that one's newest type cannot move to an older one.",
    fix: "Choose a target whose QEMU is no older; or shut the guest off, `virsh edit` it to a type that both hosts know, and start it again.",
  },
} as const satisfies Record<string, CatalogEntry>;
