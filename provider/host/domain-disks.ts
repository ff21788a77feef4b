import type { DomainIdentity } from "./domain-name";

/** One virsh command tells the disks of all domains, running or not. What only a QEMU knows that is busy is left out. */
export const disksOfDomains = "domstats --state --block --nowait";

/** A domain, and the files and devices that are its disks, as its definition has them. */
export interface DomainDisks {
  readonly name: string;
  /** Whether it has them open: it runs, or stands still with its memory. */
  readonly active: boolean;
  readonly paths: readonly string[];
}

/** `virDomainState`: none of these has a QEMU. */
const inactive: ReadonlySet<string | undefined> = new Set(["0", "5", undefined]);

/** Reads what virsh says to `disksOfDomains`. */
export function parseDomainDisks(text: string | undefined): DomainDisks[] {
  return (text ?? "")
    .split(/^Domain: /m)
    .slice(1)
    .map((part) => ({
      name: /^'([^\n]*)'/.exec(part)?.[1]?.trim() ?? "",
      active: !inactive.has(/^\s+state\.state=(\d+)/m.exec(part)?.[1]),
      paths: [...part.matchAll(/^\s+block\.\d+\.path=(.+)$/gm)].flatMap(([, path]) => path ?? []),
    }));
}

/** What a host says of all its domains. */
export interface DomainsOfHost {
  readonly host: string;
  readonly domains: readonly DomainIdentity[];
  readonly disks?: readonly DomainDisks[];
}

/** Another domain than the guest that has one of the guest's disks. */
export interface DiskUser {
  readonly host: string;
  readonly name: string;
  readonly active: boolean;
  readonly path: string;
}

/** Those that have a disk of the guest of this UUID, which may be on several hosts itself while it moves. */
export function otherUsers(
  uuid: string,
  paths: readonly string[],
  hosts: readonly DomainsOfHost[],
): DiskUser[] {
  return hosts.flatMap(({ host, domains, disks = [] }) => {
    const itself = domains.find((one) => one.uuid === uuid)?.name;
    return disks
      .filter(({ name }) => name !== itself)
      .flatMap(({ name, active, paths: theirs }) =>
        theirs.filter((path) => paths.includes(path)).map((path) => ({ host, name, active, path })),
      );
  });
}
