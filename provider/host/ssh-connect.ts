import { connect as connectTcp } from "node:net";
import type { Duplex } from "node:stream";
import { Client, type ConnectConfig, type ServerHostKeyAlgorithm } from "ssh2";
import { ProviderError } from "../errors/provider-error";
import { describeHostKey, type HostKey, parseHostKey, sameHostKey, signatureAlgorithms } from "./host-key";
import { evaluateKey } from "./private-key-file";
import type { DialLimits, SshEndpoint } from "./ssh-endpoint";

/** The host answered and has the right key, but lets this user in with none of what was offered. */
export class LoginRefused extends Error {}

/** A peer that leaves three questions unanswered is taken for dead 20 s after its last word. */
const keepalive = { keepaliveInterval: 5_000, keepaliveCountMax: 3 };

/** One attempt to log in, within `leftMs`. Rejects with a ProviderError where another attempt would be in vain. */
export async function connectOnce(
  to: SshEndpoint,
  leftMs: number,
  limits: DialLimits,
  signal?: AbortSignal,
): Promise<Client> {
  const known = knownHostKey(to);
  checkPrivateKey(to);
  const deadline = performance.now() + Math.min(leftMs, limits.perDialTimeoutMs);
  const socket = await openSocket(to, Math.min(leftMs, limits.perDialTimeoutMs), signal);
  const greetingMs = Math.max(1, deadline - performance.now());
  return logIn(to, known, socket, { greetingMs, handshakeMs: limits.handshakeMs ?? 30_000 }, signal);
}

function openSocket(to: SshEndpoint, timeoutMs: number, signal?: AbortSignal): Promise<Duplex> {
  if (to.open !== undefined) return to.open(timeoutMs, signal);
  return new Promise((resolve, reject) => {
    const socket = connectTcp({ host: to.address, port: to.port, noDelay: true });
    const limit = setTimeout(() => fail(new Error(`no TCP answer in ${seconds(timeoutMs)}`)), timeoutMs);
    const abort = () => fail(signal?.reason);
    const settle = () => {
      clearTimeout(limit);
      signal?.removeEventListener("abort", abort);
      socket.off("error", fail);
    };
    const fail = (error: unknown) => {
      settle();
      socket.on("error", () => {});
      socket.destroy();
      reject(error);
    };
    if (signal?.aborted) return abort();
    signal?.addEventListener("abort", abort, { once: true });
    socket.once("error", fail).once("connect", () => {
      settle();
      resolve(socket);
    });
  });
}

function logIn(
  to: SshEndpoint,
  known: HostKey | undefined,
  socket: Duplex,
  limits: { greetingMs: number; handshakeMs: number },
  signal?: AbortSignal,
): Promise<Client> {
  return new Promise((resolve, reject) => {
    const client = new Client();
    let wrongKey: ProviderError | undefined;
    let limit = setTimeout(
      () => fail(new Error(`connected, but SSH said nothing in ${seconds(limits.greetingMs)}`)),
      limits.greetingMs,
    );
    const abort = () => fail(signal?.reason);
    const settle = () => {
      clearTimeout(limit);
      signal?.removeEventListener("abort", abort);
      client.off("error", onError).off("close", onClose);
      // Without a listener a later error of this connection would end the whole process.
      client.on("error", () => {});
    };
    const fail = (error: unknown) => {
      settle();
      client.destroy();
      socket.destroy();
      reject(error);
    };
    const onError = (error: Error) => fail(wrongKey ?? explain(error, to, known));
    const onClose = () => fail(wrongKey ?? new Error("the host hung up before the login was done"));

    client.on("error", onError).on("close", onClose);
    client.once("ready", () => {
      settle();
      // Every channel listens to its client.
      client.setMaxListeners(64);
      resolve(client);
    });
    client.on("keyboard-interactive", (_name, _instructions, _language, prompts, answer) =>
      answer(prompts.map(() => to.password ?? "")),
    );
    if (signal?.aborted) return abort();
    signal?.addEventListener("abort", abort, { once: true });
    client.connect({
      ...connectConfig(to, known),
      sock: socket,
      hostVerifier: (offered: Buffer) => {
        if (known === undefined || sameHostKey(known, offered)) return true;
        wrongKey = wrongHostKey(to, known, describeHostKey(offered));
        return false;
      },
    });
    // A silent host is given up soon; one that speaks but is slow at its arithmetic is given time.
    socket.once("data", () => {
      clearTimeout(limit);
      limit = setTimeout(
        () => fail(new Error(`SSH answered, but the login was not done in ${seconds(limits.handshakeMs)}`)),
        limits.handshakeMs,
      );
    });
  });
}

function connectConfig(to: SshEndpoint, known: HostKey | undefined): ConnectConfig {
  return {
    username: to.user,
    // The limits above are kept by logIn.
    readyTimeout: 0,
    ...keepalive,
    ...(to.privateKey === undefined ? {} : { privateKey: to.privateKey }),
    ...(to.passphrase === undefined ? {} : { passphrase: to.passphrase }),
    ...(to.password === undefined ? {} : { password: to.password, tryKeyboard: true }),
    ...(to.agent === undefined ? {} : { agent: to.agent }),
    // Leaving out "none" saves a round trip to an emulated host.
    authHandler: [
      ...(to.privateKey === undefined ? [] : (["publickey"] as const)),
      ...(to.password === undefined ? [] : (["password", "keyboard-interactive"] as const)),
      ...(to.agent === undefined ? [] : (["agent"] as const)),
    ],
    ...(known === undefined
      ? {}
      : { algorithms: { serverHostKey: signatureAlgorithms(known.type) as ServerHostKeyAlgorithm[] } }),
  };
}

function explain(error: Error, to: SshEndpoint, known: HostKey | undefined): Error {
  if ("level" in error && error.level === "client-authentication") return new LoginRefused(error.message);
  // What sshd says when it hangs up after MaxAuthTries keys.
  if (/too many authentication failures/i.test(error.message)) return new LoginRefused(error.message);
  // Asked for the known kind of key only; a host without one ends the handshake so.
  if (known !== undefined && /no matching host key/i.test(error.message)) {
    return wrongHostKey(to, known, `a host without a key of type ${known.type}`);
  }
  return error;
}

function wrongHostKey(to: SshEndpoint, known: HostKey, found: string): ProviderError {
  return new ProviderError({
    code: "KVM-402",
    host: to.name ?? `${to.address}:${to.port}`,
    expected: `${to.address} port ${to.port} to have the host key ${describeHostKey(known.blob)}`,
    found,
    fix: `"ssh-keyscan -p ${to.port} ${to.address}" shows the key it has; if the machine is the right one, correct the known key`,
  });
}

function knownHostKey(to: SshEndpoint): HostKey | undefined {
  if (to.hostKey === undefined) return undefined;
  const known = parseHostKey(to.hostKey);
  if (known !== undefined) return known;
  throw new ProviderError({
    code: "KVM-406",
    host: to.name ?? `${to.address}:${to.port}`,
    expected: 'a host key like "ssh-ed25519 AAAA…"',
    found: JSON.stringify(to.hostKey.slice(0, 60)),
    fix: `take it from "ssh-keyscan -t ed25519 -p ${to.port} ${to.address}"`,
  });
}

function checkPrivateKey(to: SshEndpoint): void {
  if (to.privateKey === undefined) return;
  const key = evaluateKey(to.privateKey, to.passphrase);
  if (key.kind === "usable") return;
  throw new ProviderError({
    code: "KVM-406",
    host: to.name ?? `${to.address}:${to.port}`,
    expected: `a private key of ${to.user} in OpenSSH or PEM format`,
    found: key.kind === "encrypted" ? "an encrypted key, and no passphrase" : key.why,
    fix: '"ssh-keygen -y -f FILE" shows whether a key file is whole; an encrypted one needs its passphrase',
  });
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
