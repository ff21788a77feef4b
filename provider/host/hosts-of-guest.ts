import { type DomainOnHost, type LookOptions, lookAt } from "./domain-on-host";
import type { HostConnection } from "./host-connection";
import type { HostPool } from "./host-pool";

/**
 * One look at every host that a guest may be on, at the same time.
 *
 * @throws LabError when one of them cannot be looked at: silence is never taken for absence
 */
export function lookEverywhere(
  hosts: readonly HostConnection[],
  guest: string,
  context: { readonly pool: HostPool; readonly signal: AbortSignal },
  options: Omit<LookOptions, "signal"> = {},
): Promise<DomainOnHost[]> {
  const { pool, signal } = context;
  return Promise.all(hosts.map((host) => lookAt(pool, host, guest, { ...options, signal })));
}

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
