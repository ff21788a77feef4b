/**
 * What may differ between a server that was just built and the same one after it has booted again. Each entry says why: what cannot be
 * explained is a lack, and belongs fixed.
 */
const explained: readonly { readonly why: string; readonly lines: RegExp }[] = [
  {
    why: "a server from a kept memory has its boot_id from a file; after a boot it is the kernel's own",
    lines: /^mounts: - tmpfs \/proc\/sys\/kernel\/random\/boot_id /,
  },
  {
    why: "the SSH server of a server from a kept memory is the program that waited there; after a boot it is the unit's",
    lines: /^units: [-+] lab-(sshd|wake)\.service /,
  },
  {
    why: "the share is mounted at a boot by systemd, which waits for the network for it",
    lines: /^units: [-+] network-online\.target /,
  },
  {
    why: "NFSv4.2 has no connections back to this address; it is not known where the server is not there yet at the mount",
    lines: /^mounts: [-+] nfs:\/migration \/var\/lib\/libvirt\/images nfs4 .*clientaddr=/,
  },
  {
    why: "counters, and random numbers",
    lines:
      /^sysctl: [-+] (fs\.(dentry-state|file-nr|inode-nr|inode-state|quota\.\w+|nfs\.\S+)|kernel\.(ns_last_pid|pty\.nr|random\.\w+|tainted)) /,
  },
  {
    why: "limits that the kernel computes from the memory that is free while it boots",
    lines:
      /^sysctl: [-+] (vm\.(user_reserve_kbytes|admin_reserve_kbytes|min_free_kbytes)|kernel\.threads-max|fs\.(file-max|epoll\.max_user_watches|inotify\.\w+)|user\.max_\w+|net\.ipv4\.(tcp_mem|udp_mem|tcp_max_\w+)) /,
  },
  {
    why: "libvirtd ends when nobody asked it anything for two minutes, and its socket starts it again",
    lines: /^units: [-+] (libvirtd|virtlogd|virtlockd)(-ro|-admin)?\.(service|socket) /,
  },
  {
    why: "the terminal of a guest's console, and of whoever is logged in",
    lines: /^devices: [-+] \.\/pts\//,
  },
  {
    why: "udev's list for systemd-tmpfiles gives KVM's device its mode at a boot; the module that is loaded later has the kernel's. QEMU is root there, and a test of its own asks whether guests can run by KVM",
    lines: /^devices: [-+] \/dev\/kvm 6[06]0 /,
  },
  {
    why: "the processor's speed is measured at each boot",
    lines: /^libvirt: [-+] .*(<counter name='tsc'|MHz)/,
  },
];

/** Whether a difference (`modules: - kvm_amd`) has an entry. */
export function isExplained(line: string): boolean {
  return explained.some(({ lines }) => lines.test(line));
}
