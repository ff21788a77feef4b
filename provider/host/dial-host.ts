import type { Client } from "ssh2";
import { requireRoot } from "./as-root";
import { dialVia } from "./dial-via";
import type { HostConnection } from "./host-connection";
import { type Route, routeOf } from "./host-route";
import { dial } from "./ssh-dial";
import type { DialLimits } from "./ssh-endpoint";

/**
 * Logs in to a host in the way that its connection names, through its jump hosts where it has any.
 *
 * @throws ProviderError as `routeOf`, `dial` and `dialVia` do, KVM-414 its user gets no root's rights
 */
export async function dialHost(
  host: HostConnection,
  limits: DialLimits,
  signal?: AbortSignal,
): Promise<Client> {
  const route = await routeOf(host);
  const client = await dialRoute(route, limits, signal);
  if (host.sudo !== true) return client;
  try {
    await requireRoot(client, route.endpoint.user);
    return client;
  } catch (error) {
    client.end();
    throw error;
  }
}

async function dialRoute(
  { endpoint, via }: Route,
  limits: DialLimits,
  signal: AbortSignal | undefined,
): Promise<Client> {
  if (via === undefined) return dial(endpoint, limits, signal);
  return dialVia(await dialRoute(via, limits, signal), endpoint, limits, signal);
}
