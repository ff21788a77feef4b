import { connect as connectTcp } from "node:net";
import type { Duplex } from "node:stream";
import { type AnyAuthMethod, Client, type ConnectConfig, type ServerHostKeyAlgorithm } from "ssh2";
import { ProviderError } from "../errors/provider-error";
import { describeHostKey, type HostKey, parseHostKey, sameHostKey, signatureAlgorithms } from "./host-key";
import { evaluateKey } from "./private-key-file";
import { type DialLimits, endpointName, type SshEndpoint } from "./ssh-endpoint";

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
  const known = knownHostKeys(to);
  for (const key of privateKeysOf(to)) checkPrivateKey(to, key);
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
  known: readonly HostKey[] | undefined,
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
    if (signal?.aborted) return abort();
    signal?.addEventListener("abort", abort, { once: true });
    client.connect({
      ...connectConfig(to, known),
      sock: socket,
      hostVerifier: (offered: Buffer) => {
        if (known === undefined || known.some((key) => sameHostKey(key, offered))) return true;
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

function connectConfig(to: SshEndpoint, known: readonly HostKey[] | undefined): ConnectConfig {
  return {
    username: to.user,
    // The limits above are kept by logIn.
    readyTimeout: 0,
    ...keepalive,
    authHandler: authMethods(to),
    ...(known === undefined
      ? {}
      : {
          algorithms: {
            serverHostKey: known.flatMap(({ type }) => signatureAlgorithms(type)) as ServerHostKeyAlgorithm[],
          },
        }),
  };
}

/** Leaving out "none" saves a round trip to an emulated host. */
function authMethods(to: SshEndpoint): AnyAuthMethod[] {
  const { user: username, passphrase, password, agent } = to;
  return [
    ...privateKeysOf(to).map((key) => ({
      ...{ type: "publickey" as const, username, key },
      ...(passphrase === undefined ? {} : { passphrase }),
    })),
    ...(password === undefined ? [] : passwordMethods(username, password)),
    ...(agent === undefined ? [] : [{ type: "agent" as const, username, agent }]),
  ];
}

function passwordMethods(username: string, password: string): AnyAuthMethod[] {
  return [
    { type: "password", username, password },
    {
      ...{ type: "keyboard-interactive", username },
      prompt: (_name, _instructions, _language, prompts, answer) => answer(prompts.map(() => password)),
    },
  ];
}

function privateKeysOf({ privateKey = [] }: SshEndpoint): readonly string[] {
  return typeof privateKey === "string" ? [privateKey] : privateKey;
}

function explain(error: Error, to: SshEndpoint, known: readonly HostKey[] | undefined): Error {
  if ("level" in error && error.level === "client-authentication") return new LoginRefused(error.message);
  if ("level" in error && error.level === "agent") return new LoginRefused(`the agent: ${error.message}`);
  // What sshd says when it hangs up after MaxAuthTries keys.
  if (/too many authentication failures/i.test(error.message)) return new LoginRefused(error.message);
  // Asked for the known kind of key only; a host without one ends the handshake so.
  if (known !== undefined && /no matching host key/i.test(error.message)) {
    return wrongHostKey(
      to,
      known,
      `a host without a key of type ${known.map(({ type }) => type).join(" or ")}`,
    );
  }
  return error;
}

function wrongHostKey(to: SshEndpoint, known: readonly HostKey[], found: string): ProviderError {
  return new ProviderError({
    code: "KVM-402",
    host: endpointName(to),
    expected: `${to.address} port ${to.port} to have the host key ${known.map(({ blob }) => describeHostKey(blob)).join(" or ")}`,
    found,
    fix: `"ssh-keyscan -p ${to.port} ${to.address}" shows the key it has; if the machine is the right one, correct the known key`,
  });
}

function knownHostKeys(to: SshEndpoint): readonly HostKey[] | undefined {
  if (to.hostKey === undefined) return undefined;
  const texts = typeof to.hostKey === "string" ? [to.hostKey] : to.hostKey;
  return texts.map((text) => knownHostKey(to, text));
}

function knownHostKey(to: SshEndpoint, text: string): HostKey {
  const known = parseHostKey(text);
  if (known !== undefined) return known;
  throw new ProviderError({
    code: "KVM-406",
    host: endpointName(to),
    expected: 'a host key like "ssh-ed25519 AAAA…"',
    found: JSON.stringify(text.slice(0, 60)),
    fix: `take it from "ssh-keyscan -t ed25519 -p ${to.port} ${to.address}"`,
  });
}

function checkPrivateKey(to: SshEndpoint, text: string): void {
  const key = evaluateKey(text, to.passphrase);
  if (key.kind === "usable") return;
  throw new ProviderError({
    code: "KVM-406",
    host: endpointName(to),
    expected: `a private key of ${to.user} in OpenSSH or PEM format`,
    found: key.kind === "encrypted" ? "an encrypted key, and no passphrase" : key.why,
    fix: '"ssh-keygen -y -f FILE" shows whether a key file is whole; an encrypted one needs its passphrase',
  });
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
