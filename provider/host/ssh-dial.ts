import { existsSync } from "node:fs";
import pRetry from "p-retry";
import type { Client } from "ssh2";
import { ProviderError } from "../errors/provider-error";
import { connectOnce, LoginRefused } from "./ssh-connect";
import { type DialLimits, endpointName, type SshEndpoint } from "./ssh-endpoint";

export type { DialLimits, SshEndpoint } from "./ssh-endpoint";

/**
 * sshd can be up a moment before the user's keys are in place, so one refusal proves little; but each one is logged
 * on the host and may lock the user out, so there are few.
 */
const mostRefusedLogins = 3;

const names = new WeakMap<Client, string>();

/** What errors call the host at the other end of a dialled connection. */
export function hostOf(client: Client): string {
  return names.get(client) ?? "the SSH host";
}

/**
 * Logs in by SSH, trying again while the host does not answer yet.
 *
 * Never retried: a wrong host key (KVM-402) and an unusable key (KVM-406). A refused login (KVM-403) is tried three times,
 * an unanswered port (KVM-401) until a limit is reached. When `signal` aborts, rejects with its reason.
 * The connection notices a dead peer within 20 s; it must be ended by its user.
 */
export async function dial(to: SshEndpoint, limits: DialLimits, signal?: AbortSignal): Promise<Client> {
  const host = endpointName(to);
  const started = performance.now();
  const secondsSoFar = () => ((performance.now() - started) / 1000).toFixed(1);
  let attempts = 0;
  let refusedLogins = 0;

  const attempt = (number: number): Promise<Client> => {
    attempts = number;
    const leftMs = Math.max(1, limits.totalMs - (performance.now() - started));
    return connectOnce(to, leftMs, limits, signal);
  };
  try {
    const client = await pRetry(attempt, {
      retries: limits.attempts === undefined ? Number.POSITIVE_INFINITY : Math.max(0, limits.attempts - 1),
      factor: 1.5,
      minTimeout: limits.firstPauseMs ?? 500,
      maxTimeout: limits.longestPauseMs ?? 1000,
      maxRetryTime: limits.totalMs,
      ...(signal === undefined ? {} : { signal }),
      shouldRetry: ({ error, attemptNumber }) => {
        if (error instanceof ProviderError) return false;
        if (error instanceof LoginRefused && ++refusedLogins >= mostRefusedLogins) return false;
        limits.onRetry?.(attemptNumber, error);
        return true;
      },
    });
    names.set(client, host);
    return client;
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof ProviderError) throw error;
    const tried = `${attempts} ${attempts === 1 ? "attempt" : "attempts"} in ${secondsSoFar()} s`;
    throw error instanceof LoginRefused
      ? loginRefused(to, host, tried, error)
      : notAnswering(to, host, tried, error);
  }
}

function loginRefused(to: SshEndpoint, host: string, tried: string, cause: LoginRefused): ProviderError {
  return new ProviderError({
    code: "KVM-403",
    host,
    expected: `${to.user}@${to.address} port ${to.port} to accept the ${offered(to)}`,
    found: `login refused (${tried})${tooMany(cause)}${certificateOf(to)}`,
    fix: `add the public key to ~${to.user}/.ssh/authorized_keys on ${host}, or correct the user or the key; ${serverSettings(to.user)}`,
    cause,
  });
}

/** What in sshd's configuration refuses a key that is right. */
function serverSettings(user: string): string {
  const root = user === "root" ? "PermitRootLogin must be yes or prohibit-password, and " : "";
  return `in its sshd_config ${root}AllowUsers, DenyUsers, PubkeyAuthentication and MaxAuthTries must let this login pass`;
}

function tooMany(refusal: LoginRefused): string {
  return /too many/i.test(refusal.message)
    ? ": more keys were offered than its MaxAuthTries allows before the right one (name the one key file: privateKeyFile)"
    : "";
}

function certificateOf({ certificate }: SshEndpoint): string {
  if (certificate === undefined || !existsSync(certificate)) return "";
  return `; the certificate ${certificate} (CertificateFile) was not offered: logins by certificates are not supported, the key itself must be in authorized_keys`;
}

function offered(to: SshEndpoint): string {
  const methods = [
    to.privateKey === undefined ? [] : ["private key"],
    to.password === undefined ? [] : ["password"],
    to.agent === undefined ? [] : ["SSH agent's keys"],
  ].flat();
  return methods.length === 0 ? "login (no key and no password was given)" : methods.join(" or ");
}

function notAnswering(to: SshEndpoint, host: string, tried: string, cause: unknown): ProviderError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ProviderError({
    code: "KVM-401",
    host,
    expected: `SSH to answer on ${to.address} port ${to.port}`,
    found: `${reason} (${tried})`,
    fix: `start the host if it has no power; "ssh -p ${to.port} ${to.user}@${to.address} true" must work from here; then run the same command again`,
    cause,
  });
}
