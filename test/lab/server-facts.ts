import type { Inside, Server } from "./inside";

/**
 * All of a server that its configuration is made of, one fact a line under a heading. Written for comparison: sorted, and without
 * what changes by the minute.
 */
const inspection = String.raw`
section() { echo "=$1"; }
section mounts; awk '{ print $1, $2, $3, $4 }' /proc/mounts | sort
section modules; cut -d' ' -f1 /proc/modules | sort
section units; systemctl list-units --all --plain --no-legend --no-pager --type=service,socket,mount,target,timer,path | awk '{ print $1, $3 }' | sort
section enabled; (cd /etc/systemd/system && find . -type l -printf '%p %l\n' | sort)
section sysctl; sysctl -a 2> /dev/null | sort
section files; find /etc /root /usr/local -xdev -type f -printf '%p %m %u %g\n' | sort
section contents; find /etc /root /usr/local -xdev -type f -print0 | sort -z | xargs -0 sha256sum | sed 's/^\(\S*\)  \(.*\)/\2 \1/'
section names; cat /proc/sys/kernel/hostname /etc/hosts
section firewall; nft list ruleset
section links; ip -brief link | awk '{ print $1, $2, $3 }' | sed 's/@[^ ]*//'; ip -brief address | awk '{ print $1, $3 }'; ip route
section bridges; bridge link | sed 's/^[0-9]*: //'; cat /sys/class/net/br0/bridge/stp_state /sys/class/net/br0/bridge/forward_delay
section devices; (cd /dev && find . -type b -o -type c | sort); stat -c '%n %a %t %T' /dev/kvm /dev/net/tun 2>&1
section exports; exportfs -v 2> /dev/null; cat /proc/fs/nfsd/threads /proc/fs/nfsd/versions /proc/fs/nfsd/nfsv4gracetime /proc/fs/nfsd/nfsv4leasetime 2> /dev/null
section listening; ss -Hltun | awk '{ print $1, $5 }' | sort
section libvirt; [ "$1" = nfs ] || { virsh domcapabilities --virttype kvm; virsh capabilities; virsh list --all --name; virsh net-list --all; virsh pool-list --all; }
`;

/** A server's facts by heading. */
export type Facts = ReadonlyMap<string, readonly string[]>;

export async function factsOf(inside: Inside, server: Server): Promise<Facts> {
  return parseFacts(await inside.on(server, `set -- ${server}\n${inspection}`, 120));
}

export function parseFacts(text: string): Facts {
  const sections = text.split(/^=/m).slice(1);
  return new Map(
    sections.map((section) => {
      const [heading = "", ...lines] = section.trimEnd().split("\n");
      return [heading, lines];
    }),
  );
}

/** What one has and the other has not: `modules: - kvm_amd`, `modules: + tap`. */
export function differences(before: Facts, after: Facts): string[] {
  const headings = [...new Set([...before.keys(), ...after.keys()])];
  return headings.flatMap((heading) => {
    const [old, now] = [before.get(heading) ?? [], after.get(heading) ?? []];
    const [known, found] = [new Set(old), new Set(now)];
    return [
      ...old.filter((line) => !found.has(line)).map((line) => `${heading}: - ${line}`),
      ...now.filter((line) => !known.has(line)).map((line) => `${heading}: + ${line}`),
    ];
  });
}
