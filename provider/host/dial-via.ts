import type { Duplex } from "node:stream";
import type { Client } from "ssh2";
import { ProviderError } from "../errors/provider-error";
import { dial, hostOf } from "./ssh-dial";
import type { DialLimits, SshEndpoint } from "./ssh-endpoint";
import { openTcp } from "./ssh-tunnel";

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
  if (!(error instanceof ProviderError) || error.facts.code !== "KVM-407") return error;
  const { found } = error.facts;
  if (/not known|resolve|no address/i.test(found)) return error;
  return new Error(`${hostOf(jump)} could not connect there: ${found}`);
}
