import type { Duplex } from "node:stream";
import type { Client } from "ssh2";
import { ProviderError } from "../errors/provider-error";
import { dial, hostOf } from "./ssh-dial";
import type { DialLimits, SshEndpoint } from "./ssh-endpoint";
import { openTcp } from "./ssh-tunnel";

/** RFC 4254: the server does not want to open it, whoever is at the far end. */
const administrativelyProhibited = 1;

/**
 * Logs in to a host through another one that is logged in to already, and ends that one's connection with this one's, or when it fails.
 *
 * @throws ProviderError KVM-413 the jump host forwards nothing, KVM-407 it does not know the address; and as `dial` does
 */
export async function dialVia(
  jump: Client,
  to: SshEndpoint,
  limits: DialLimits,
  signal?: AbortSignal,
): Promise<Client> {
  const open = async (timeoutMs: number, stop?: AbortSignal): Promise<Duplex> => {
    try {
      return await openTcp(jump, to.address, to.port, { timeoutMs, ...(stop ? { signal: stop } : {}) });
    } catch (error) {
      throw refusalOf(jump, error);
    }
  };
  try {
    const client = await dial({ ...to, open }, limits, signal);
    client.once("close", () => jump.end());
    return client;
  } catch (error) {
    jump.end();
    throw error;
  }
}

/** A host that is still booting refuses, which is worth another try; what the jump host will never do is not. */
function refusalOf(jump: Client, error: unknown): unknown {
  if (!(error instanceof ProviderError)) return error;
  const { found, expected } = error.facts;
  const { reason } = (error.cause ?? {}) as { reason?: unknown };
  if (reason === administrativelyProhibited)
    return new ProviderError({
      code: "KVM-413",
      host: hostOf(jump),
      expected,
      found: `sshd refuses to forward (${found})`,
      fix: `set "AllowTcpForwarding yes" or "AllowTcpForwarding local" in sshd_config on ${hostOf(jump)}, let its PermitOpen, DisableForwarding and authorized_keys allow it, and reload sshd there; or jump by a ProxyCommand that needs no forwarding`,
      cause: error,
    });
  if (/not known|resolve|no address/i.test(found)) return error;
  return new Error(`${hostOf(jump)} could not connect there: ${found}`);
}
