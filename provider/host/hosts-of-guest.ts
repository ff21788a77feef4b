import type { DomainOnHost } from "./domain-on-host";
import type { HostConnection } from "./host-connection";

export function seenAt<Seen extends DomainOnHost>(seen: readonly Seen[], name: string): Seen {
  const found = seen.find(({ host }) => host === name);
  if (found) return found;
  throw new Error(`${name} was not looked at`);
}

export function hostNamed(hosts: readonly HostConnection[], name: string): HostConnection {
  const host = hosts.find((candidate) => candidate.name === name);
  if (host) return host;
  throw new Error(`no host ${name} among ${hosts.map((candidate) => candidate.name).join(", ")}`);
}
