import { userInfo } from "node:os";
import type { ParsedKey } from "ssh2";
import { ProviderError } from "../errors/provider-error";
import { homePath } from "./home-path";
import type { HostConnection } from "./host-connection";
import { evaluateKey, publicKeyNextTo, readKeyFile } from "./private-key-file";
import { AgentWithKeys, keysOfAgent } from "./ssh-agent";
import type { SshEndpoint } from "./ssh-endpoint";

/** Who logs in where, and with what key or agent. */
export type KeyedLogin = Pick<
  HostConnection,
  "name" | "user" | "privateKey" | "privateKeyFile" | "passphrase" | "agent"
>;

export type Credentials = Pick<SshEndpoint, "privateKey" | "passphrase" | "agent" | "certificate">;

/**
 * The key or the agent's keys by which a host is logged in to: its key file read, its agent asked.
 *
 * @throws ProviderError KVM-406 the private key cannot be used, KVM-410 the agent does not help
 */
export async function credentialsOf(host: KeyedLogin): Promise<Credentials> {
  const { privateKey, privateKeyFile, passphrase } = host;
  const text = privateKey ?? (privateKeyFile === undefined ? undefined : await textOf(host, privateKeyFile));
  if (text === undefined) return { agent: await wholeAgent(host) };
  const key = evaluateKey(text, passphrase);
  if (key.kind === "unusable") throw unusable(host, key.why);
  const certificate =
    privateKeyFile === undefined ? {} : { certificate: `${homePath(privateKeyFile)}-cert.pub` };
  if (key.kind === "usable")
    return { privateKey: text, ...(passphrase === undefined ? {} : { passphrase }), ...certificate };
  const half =
    key.publicKey ?? (privateKeyFile === undefined ? undefined : await publicKeyNextTo(privateKeyFile));
  return { agent: await agentWith(host, half), ...certificate };
}

async function textOf(host: KeyedLogin, file: string): Promise<string> {
  try {
    return await readKeyFile(file);
  } catch (error) {
    throw new ProviderError({
      code: "KVM-406",
      host: host.name,
      expected: `the private key of ${userOf(host)} in ${homePath(file)} (privateKeyFile)`,
      found: messageOf(error),
      fix: "correct privateKeyFile, or the file's permissions: it is read where the provider runs, by who runs it",
      cause: error,
    });
  }
}

/** All keys of the agent. */
async function wholeAgent(host: KeyedLogin): Promise<AgentWithKeys> {
  const { socket, keys } = await agentOf(host);
  if (keys.length > 0) return new AgentWithKeys(socket, keys);
  throw noHelp(
    host,
    `an agent at ${socket} that offers no key (certificates are not supported)`,
    '"ssh-add FILE" gives it a key, "ssh-add -l" lists its keys; or name a key file (privateKeyFile)',
  );
}

/** The one key of the agent that an encrypted key file is about. */
async function agentWith(host: KeyedLogin, publicKey: Buffer | undefined): Promise<AgentWithKeys> {
  const encrypted = (found: string) =>
    unusable(
      host,
      `an encrypted key without a passphrase, and ${found}`,
      'give its passphrase, or "ssh-add FILE"',
    );
  if (publicKey === undefined) throw encrypted("no public key that tells which key of the agent it is");
  const agent = await agentOf(host).catch((error: unknown) => {
    throw encrypted(error instanceof ProviderError ? error.facts.found : messageOf(error));
  });
  const keys = agent.keys.filter((key) => key.getPublicSSH().equals(publicKey));
  if (keys.length === 0) throw encrypted(`an agent at ${agent.socket} that does not have it`);
  return new AgentWithKeys(agent.socket, keys);
}

async function agentOf(host: KeyedLogin): Promise<{ socket: string; keys: readonly ParsedKey[] }> {
  const { agent = process.env.SSH_AUTH_SOCK } = host;
  const start =
    '"eval $(ssh-agent) && ssh-add FILE" starts one in the shell that runs the deployment; or name a key file (privateKeyFile)';
  if (agent === undefined || agent === "")
    throw noHelp(host, "no agent: neither the setting agent nor SSH_AUTH_SOCK names a socket", start);
  const socket = homePath(agent);
  try {
    return { socket, keys: await keysOfAgent(socket) };
  } catch (error) {
    const from = host.agent === undefined ? "SSH_AUTH_SOCK" : "the setting agent";
    throw noHelp(host, `no agent answers at ${socket}, which ${from} names (${messageOf(error)})`, start);
  }
}

function noHelp(host: KeyedLogin, found: string, fix: string): ProviderError {
  return new ProviderError({
    code: "KVM-410",
    host: host.name,
    expected: `an SSH agent with a key of ${userOf(host)}, because no private key is given`,
    found,
    fix,
  });
}

function unusable(host: KeyedLogin, found: string, fix?: string): ProviderError {
  return new ProviderError({
    code: "KVM-406",
    host: host.name,
    expected: `a private key of ${userOf(host)} in OpenSSH or PEM format`,
    found,
    fix:
      fix ??
      '"ssh-keygen -y -f FILE" shows whether a key file is whole; an encrypted one needs its passphrase',
  });
}

function userOf({ user }: KeyedLogin): string {
  return user ?? userInfo().username;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
