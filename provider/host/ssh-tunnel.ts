import type { Duplex } from "node:stream";
import type { Client } from "ssh2";
import { ProviderError } from "../errors/provider-error";
import { hostOf } from "./ssh-dial";

export interface TunnelOptions {
  /** Limit until the far end has accepted the connection. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/**
 * Opens a TCP connection from the host to an address that this machine need not reach itself (SSH's direct-tcpip).
 *
 * Errors: KVM-407 the host could not connect there, or not in time; KVM-413 its sshd forwards nothing. When `signal` aborts, rejects with its reason.
 * The stream must be destroyed by its user; it closes when the SSH connection does.
 */
export function openTcp(
  client: Client,
  address: string,
  port: number,
  options: TunnelOptions,
): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    let settled = false;
    const limit = setTimeout(
      () => fail(unreachable(`no answer in ${options.timeoutMs / 1000} s`)),
      options.timeoutMs,
    );
    const abort = () => fail(options.signal?.reason);
    const onClose = () => fail(unreachable("the SSH connection closed"));
    const settle = () => {
      settled = true;
      clearTimeout(limit);
      options.signal?.removeEventListener("abort", abort);
      client.off("close", onClose);
    };
    const fail = (error: unknown) => {
      if (settled) return;
      settle();
      reject(error);
    };
    const unreachable = (found: string, cause?: unknown) =>
      new ProviderError({
        code: "KVM-407",
        host: hostOf(client),
        expected: `TCP connection from ${hostOf(client)} to ${address} port ${port}`,
        found,
        fix: `see on ${hostOf(client)} whether ${address} answers (ping, nc -vz ${address} ${port})`,
        cause,
      });

    if (options.signal?.aborted) return abort();
    options.signal?.addEventListener("abort", abort, { once: true });
    client.once("close", onClose);
    try {
      client.forwardOut("127.0.0.1", 0, address, port, (error, stream) => {
        if (settled) return stream?.destroy();
        if (error !== undefined)
          return fail(
            prohibited(error)
              ? forwardsNothing(client, address, port, error)
              : unreachable(error.message, error),
          );
        settle();
        resolve(stream);
      });
    } catch (error) {
      fail(unreachable(error instanceof Error ? error.message : String(error), error));
    }
  });
}

/** RFC 4254, 5.1: the server does not want to, whoever is at the far end. */
const administrativelyProhibited = 1;

function prohibited(error: Error): boolean {
  return "reason" in error && error.reason === administrativelyProhibited;
}

function forwardsNothing(client: Client, address: string, port: number, cause: Error): ProviderError {
  return new ProviderError({
    code: "KVM-413",
    host: hostOf(client),
    expected: `TCP connection from ${hostOf(client)} to ${address} port ${port}`,
    found: `sshd refuses to forward (${cause.message})`,
    fix: `set "AllowTcpForwarding yes" or "AllowTcpForwarding local" in sshd_config on ${hostOf(client)}, let its PermitOpen, DisableForwarding and authorized_keys allow it, and reload sshd there`,
    cause,
  });
}
