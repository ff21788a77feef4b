import type { CatalogEntry } from "kvmlab-provider/errors/catalog-entry";

/** Codes KVM-3xx: see docs/reference/errors.md, generated from here. */
export const hypervisorErrors = {
  "KVM-301": {
    title: "Root is needed",
    explanation:
      "Installing Debian packages and making the lab's own mount, network and PID namespaces are root's to do. Everything that is made stays in the lab's cache and in these namespaces.",
    fix: "Run `sudo ./lab up`, or become root first. With `hypervisor: qemu+ssh://…` in the stack's config no root is needed, once the packages that the error names are installed.",
  },
  "KVM-302": {
    title: "This is not a Debian machine",
    explanation:
      "The lab finds and installs what it needs with `dpkg-query` and `apt-get`, and one of them is not there.",
    fix: "Use Debian 12, or install the packages that the error names with your own package manager and use `hypervisor: qemu:///system`.",
  },
  "KVM-303": {
    title: "Debian packages cannot be fetched",
    explanation: "`apt-get` could not reach the package archive, even after `apt-get update`.",
    fix: "`apt-get update` must work on this machine: check its network, its proxy settings and `/etc/apt/sources.list`.",
  },
  "KVM-304": {
    title: "A Debian package does not exist here",
    explanation:
      "The package lists are current and do not contain the package: another release of Debian, or an archive without `main`.",
    fix: "Add the `main` archive of Debian 12 to `/etc/apt/sources.list`, then `apt-get update`.",
  },
  "KVM-305": {
    title: "Another package manager is at work",
    explanation: "`apt-get` waited two minutes for the lock that another apt or dpkg holds.",
    fix: "`fuser -v /var/lib/dpkg/lock-frontend` shows who it is. When it has finished, run the same command again.",
  },
  "KVM-306": {
    title: "Installing Debian packages failed",
    explanation:
      "`apt-get install` ended with an error that is none of the usual ones; the error shows its last lines.",
    fix: "`dpkg --configure -a && apt-get --fix-broken install`, then run the same command again.",
  },
  "KVM-310": {
    title: "The system refuses namespaces",
    explanation:
      "The private hypervisor lives in mount, network and PID namespaces of its own, with `/proc` and `/sys` mounted for them. `unshare` or `mount` was refused: usual in a container without privileges.",
    fix: "Start the container with `--privileged`, or use a virtual machine. On hardware look at `sysctl user.max_net_namespaces user.max_pid_namespaces`, which must not be 0.",
  },
  "KVM-311": {
    title: "A device that virtual machines need is missing",
    explanation:
      "`/dev/net/tun` gives machines their network; `/dev/kvm` is needed only with `acceleration: kvm`.",
    fix: "`modprobe tun` (or `modprobe kvm_intel`, `modprobe kvm_amd`). In a container: `--device /dev/net/tun`. Without KVM: `pulumi config set acceleration auto`.",
  },
  "KVM-312": {
    title: "Not enough disk space for the lab",
    explanation:
      "A new lab's disks grow to about 4 GiB beside the caches; one that is there already needs 1 GiB free.",
    fix: "`./lab down` of a lab that is not needed, remove old images from the cache, or put the cache on a larger disk with `KVMLAB_CACHE`.",
  },
  "KVM-313": {
    title: "The cache lies where the private hypervisor cannot use it",
    explanation:
      "libvirt's Unix sockets lie in the cache. Linux limits the path of a socket to 107 bytes, and folders such as `/run` look different inside the hypervisor's namespaces.",
    fix: "Put the cache at a shorter path outside those folders, for example `export KVMLAB_CACHE=/var/tmp/kvmlab`.",
  },
  "KVM-314": {
    title: "The private libvirtd did not start",
    explanation: "libvirtd ended or did not answer within 20 seconds; the error shows the end of its log.",
    fix: "`apt-get install --reinstall libvirt-daemon libvirt-daemon-driver-qemu`, then run the same command again.",
  },
  "KVM-315": {
    title: "Another command starts or stops this lab's hypervisor",
    explanation: "Only one may do so at a time; this one waited 90 seconds for the other.",
    fix: "Wait until the other command has ended. The lock of a killed command is released within 10 seconds.",
  },
  "KVM-316": {
    title: "No free address on the loopback",
    explanation:
      "Each lab's servers are reached at three addresses in 127.64.0.0/10, port 22022, 22122 or 22222. All places that the lab would take are in use.",
    fix: "`ss -ltnp` shows who listens there. `./lab down` of a lab that is not needed frees its addresses.",
  },
  "KVM-317": {
    title: "The private hypervisor does not end",
    explanation:
      "All its processes were killed, and the kernel still holds one after 20 seconds: usually a machine whose disk does not answer.",
    fix: "See what holds it with `ps -eo pid,stat,wchan:30,args | grep ' D'`, fix that disk, then `./lab down` again.",
  },
  "KVM-318": {
    title: "The host image's files are not there",
    explanation:
      "Disk, kernel and initrd of the host image are shown to the private hypervisor where they lie.",
    fix: "Correct `hostImage` in the stack's config, or remove the image's folder from the cache to have it built again.",
  },
  "KVM-319": {
    title: "The running hypervisor does not take up a new host image",
    explanation:
      "When the host image changes while a lab is up, the new one is mounted beside the old one, which machines still use.",
    fix: "`./lab down`, then `./lab up`.",
  },
  "KVM-320": {
    title: "The running hypervisor listens for fewer servers than the lab has",
    explanation:
      "A private hypervisor has a place on the loopback for each server that a lab may have (config key `hosts`). One that an older `./lab` started has three.",
    fix: "`./lab down`, then `./lab up`.",
  },
  "KVM-351": {
    title: "A host finds no root disk",
    explanation: "The host's initrd waited ten seconds for `/dev/vda`; the message is on the host's console.",
    fix: "The root disk must be the host's first virtio disk: look at `virsh dumpxml HOST`.",
  },
  "KVM-352": {
    title: "A host finds no network card",
    explanation: "The host waited ten seconds for `eth0`; the message is on the host's console.",
    fix: "The host needs one virtio network card: look at `virsh dumpxml HOST`.",
  },
  "KVM-353": {
    title: "A host finds no identity",
    explanation:
      "The disk that brings a host its name and keys must be `/dev/vdb`. The host waited five seconds for it, and nobody can log in without.",
    fix: "Look at `virsh dumpxml HOST`; `./lab down` and `./lab up` make the disk again.",
  },
  "KVM-354": {
    title: "The kernel is of a format that cannot be booted directly",
    explanation:
      "The hosts and the guest are started without firmware from an uncompressed kernel, taken out of Debian's cloud kernel.",
    fix: "Take the `linux-image-cloud-amd64` of Debian 12 or 13.",
  },
  "KVM-355": {
    title: "A step of making an image failed",
    explanation:
      "The images are made by Debian's own tools (mmdebstrap, mke2fs, qemu-img); one of them ended with an error.",
    fix: "Check the network and Debian's mirror (`apt-get update`), then run the same command again. Nothing half-made is kept.",
  },
  "KVM-356": {
    title: "The disk is full while an image is made",
    explanation: "Making the images takes up to 4 GiB for a moment; about 1 GiB stays.",
    fix: "Free some disk, or set `KVMLAB_CACHE` to a folder on a larger one, then run the same command again.",
  },
  "KVM-357": {
    title: "The image cannot be downloaded, or is not the one that was meant",
    explanation:
      "`hostImage` is a URL: it did not answer, or the file's sha256 is not `hostImageSha256`. Nothing of it is kept.",
    fix: "Correct both keys in the stack's file, or download the file yourself and give its path.",
  },
  "KVM-359": {
    title: "The booted servers could not be kept",
    explanation:
      "The three servers are booted once on this machine and their memory kept, so that later labs have them in seconds. That failed; the servers of this lab boot instead.",
    fix: "Nothing needs to be done. `warmStart: false` in the stack's file, or `./lab up --cold`, does without.",
  },
} as const satisfies Record<string, CatalogEntry>;
