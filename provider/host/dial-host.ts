import type { Client } from "ssh2";
import type { HostConnection } from "./host-connection";
import { endpointOf } from "./host-login";
import { dial } from "./ssh-dial";
import type { DialLimits } from "./ssh-endpoint";

/**
 * Logs in to a host in the way that its connection names.
 *
 * @throws ProviderError as `endpointOf` and `dial` do
 */
export async function dialHost(
  host: HostConnection,
  limits: DialLimits,
  signal?: AbortSignal,
): Promise<Client> {
  return dial(await endpointOf(host), limits, signal);
}
