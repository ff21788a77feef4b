import { afterAll, beforeAll, expect, test } from "vitest";
import { Inside, type Server } from "./inside";
import { lab, stack } from "./lab-command";
import { differences, type Facts, factsOf } from "./server-facts";
import { cutPower } from "./servers-power";

const servers: readonly Server[] = ["nfs", "source", "target"];

/**
 * What may differ between a server that was just built and the same one after it has booted again. Each entry says why: what cannot be
 * explained is a lack, and belongs mended.
 */
const explained: readonly { readonly why: string; readonly lines: RegExp }[] = [
  {
    why: "a server from a kept memory has its boot_id from a file; after a boot it is the kernel's own",
    lines: /^mounts: - tmpfs \/proc\/sys\/kernel\/random\/boot_id /,
  },
  {
    why: "the SSH server of a server from a kept memory is the program that waited there; after a boot it is the unit's",
    lines: /^(units: [-+] lab-(sshd|wake)\.service |programs: [-+] (sshd|wake|lab-wake))/,
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
    why: "libvirtd ends when nobody asked it anything for two minutes, and its socket starts it again",
    lines:
      /^(units: [-+] (libvirtd|virtlogd|virtlockd)(-ro|-admin)?\.(service|socket) |programs: [-+] (libvirtd|virtlogd|rpc-libvirtd|prio-rpc-libvir|daemon-init|qemu-event|udev-event|nodedev-init|vm-\S+))/,
  },
  {
    why: "QEMU and the kernel's helpers carry the number of the guest's process, and its terminal is made with it",
    lines: /^(programs: [-+] (kvm-\S+|vhost-\S+|virsh|bash|ps|sort|grep|awk|sh|su)$|devices: [-+] \.\/pts\/)/,
  },
  {
    why: "programs of systemd's own that end when they are not needed, and that of the first boot",
    lines:
      /^(units: [-+] (systemd-\S+|logrotate|dpkg-\S+|user@0|run-\S+|modprobe@\S+|proc-sys-fs-\S+)\.?\S* |programs: [-+] \(?(systemd|sd-)\S*|programs: [-+] ext4-rsv-conver|programs: [-+] (jbd2|nfsv4|rpciod|xprtiod|lockd)\S*)/,
  },
  {
    why: "the processor's speed is measured at each boot",
    lines: /^libvirt: [-+] .*(<counter name='tsc'|MHz)/,
  },
  {
    why: "systemd writes down which machine-id it was, and when its random seed was",
    lines: /^files: [-+] \/etc\/(machine-id|\.updated|resolv\.conf|mtab|adjtime) /,
  },
];

const isExplained = (line: string) => explained.some(({ lines }) => lines.test(line));

async function facts(): Promise<Map<Server, Facts>> {
  const inside = await Inside.open();
  try {
    const found = new Map<Server, Facts>();
    for (const server of servers) found.set(server, await factsOf(inside, server));
    return found;
  } finally {
    inside.close();
  }
}

let built: Map<Server, Facts>;
let booted: Map<Server, Facts>;

beforeAll(async () => {
  await lab(["down", stack], 120);
  const first = await lab(["up", stack, "-c", "guestRunsOn=source"], 900);
  expect(first.exitCode, first.all).toBe(0);
  built = await facts();
  await cutPower(...servers);
  const again = await lab(["up", stack, "-c", "guestRunsOn=source"], 900);
  expect(again.exitCode, again.all).toBe(0);
  booted = await facts();
});
afterAll(async () => {
  await lab(["down", stack], 120);
});

test.each(servers)("%s is after a boot what it was when it was built", (server) => {
  const [before, after] = [built.get(server), booted.get(server)];
  if (!before || !after) throw new Error(`nothing is known of ${server}`);
  expect(before.size).toBeGreaterThan(10);
  const left = differences(before, after).filter((line) => !isExplained(line));
  expect(left, left.join("\n")).toEqual([]);
});

test.each(["source", "target"] as const)("%s can run guests by KVM after a boot", (server) => {
  expect(booted.get(server)?.get("devices")).toContain("./kvm");
  expect(booted.get(server)?.get("libvirt")?.join("\n")).toContain("<domain>kvm</domain>");
});
