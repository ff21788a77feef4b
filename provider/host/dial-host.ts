import type { Client } from "ssh2";
import { dialVia } from "./dial-via";
import type { HostConnection } from "./host-connection";
import { type Route, routeOf } from "./host-route";
import { dial } from "./ssh-dial";
import type { DialLimits } from "./ssh-endpoint";

/**
 * Logs in to a host in the way that its connection names, through its jump hosts where it has any.
 *
 * @throws ProviderError as `routeOf`, `dial` and `dialVia` do
 */
export async function dialHost(
  host: HostConnection,
  limits: DialLimits,
  signal?: AbortSignal,
): Promise<Client> {
  return dialRoute(await routeOf(host), limits, signal);
}

async function dialRoute(
  { endpoint, via }: Route,
  limits: DialLimits,
  signal: AbortSignal | undefined,
): Promise<Client> {
  if (via === undefined) return dial(endpoint, limits, signal);
  return dialVia(await dialRoute(via, limits, signal), endpoint, limits, signal);
}
