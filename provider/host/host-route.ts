import { userInfo } from "node:os";
import { ProviderError } from "../errors/provider-error";
import { askSshConfig, knownHostKeys, type SshName } from "./ask-openssh";
import { configuredLogin } from "./config-login";
import { homePath } from "./home-path";
import type { HostConnection } from "./host-connection";
import { credentialsOf } from "./host-login";
import { openByCommand } from "./proxy-command";
import { expandTokens, knownHostsName, parseJump, type SshConfig } from "./ssh-config";
import type { SshEndpoint } from "./ssh-endpoint";

/** A host as it is dialled, and the host through which it is, if any. */
export interface Route {
  readonly endpoint: SshEndpoint;
  readonly via?: Route;
}

/** Longer chains are taken for a configuration that leads in a circle. */
const mostJumps = 8;

/**
 * How a host is reached: its files read, its agent and OpenSSH's configuration asked.
 *
 * @throws ProviderError KVM-406 the private key cannot be used, KVM-410 the agent does not help, KVM-411 no key of the host is known, KVM-412 OpenSSH's
 *   configuration cannot be used
 */
export async function routeOf(host: HostConnection): Promise<Route> {
  const { name, address, sshConfig, user, port, hostKey } = host;
  if (sshConfig === undefined || sshConfig === false) {
    const login = { name, address, port: port ?? 22, user: user ?? userInfo().username };
    const key = hostKey ?? (await keysKnown({ ...login, host: name, name: address, file: "none" }));
    return { endpoint: { ...login, hostKey: key, ...(await credentialsOf(host)) } };
  }
  const file = sshConfig === true ? {} : { file: homePath(sshConfig) };
  const asked: SshName = {
    ...{ host: name, name: address },
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port }),
    ...file,
  };
  return configuredRoute(asked, host, undefined, mostJumps);
}

async function configuredRoute(
  asked: SshName,
  given: Pick<HostConnection, "privateKey" | "privateKeyFile" | "passphrase" | "agent" | "hostKey">,
  jumps: readonly string[] | undefined,
  jumpsLeft: number,
): Promise<Route> {
  const { host } = asked;
  if (jumpsLeft < 0)
    throw unusable(host, `more than ${mostJumps} jump hosts: does ProxyJump lead in a circle?`, "ProxyJump");
  const config = await askSshConfig(asked);
  const { hostname: address, port, user } = config;
  const { privateKey, privateKeyFile, passphrase, agent } = given;
  const own = privateKey ?? privateKeyFile ?? agent;
  const login =
    own === undefined
      ? await configuredLogin(host, config, passphrase)
      : await credentialsOf({ ...given, name: host, user });
  const hostKey = given.hostKey ?? (await keysOf(host, config));
  const endpoint: SshEndpoint = { name: host, address, port, user, hostKey, ...login };
  const chain = jumps ?? jumpsOf(config);
  const last = chain.at(-1);
  if (last !== undefined) {
    const { host: jump, ...login } = parseJump(last);
    const next = {
      ...(asked.file === undefined ? {} : { file: asked.file }),
      host: jump,
      name: jump,
      ...login,
    };
    // As OpenSSH does it: the hosts before it lead to it; one without any is reached as its own configuration says.
    const before = chain.length > 1 ? chain.slice(0, -1) : undefined;
    return { endpoint, via: await configuredRoute(next, {}, before, jumpsLeft - 1) };
  }
  const command = commandOf(host, config);
  if (command === undefined) return { endpoint };
  const open = (timeoutMs: number, signal?: AbortSignal) => openByCommand(host, command, timeoutMs, signal);
  return { endpoint: { ...endpoint, open } };
}

/** A jump host that `Host *` sends through itself is reached directly, as OpenSSH does. */
function jumpsOf({ proxyJump, alias, hostname }: SshConfig): readonly string[] {
  const [only = ""] = proxyJump;
  const itself = proxyJump.length === 1 && [alias, hostname].includes(parseJump(only).host);
  return itself ? [] : proxyJump;
}

function commandOf(host: string, config: SshConfig): string | undefined {
  if (config.proxyCommand === undefined) return undefined;
  const { text, unknown } = expandTokens(config.proxyCommand, config);
  if (unknown.length === 0) return text;
  throw unusable(host, `the token ${unknown.join(", ")} in ${config.proxyCommand}`, "ProxyCommand");
}

async function keysKnown(asked: SshName): Promise<readonly string[]> {
  return keysOf(asked.host, await askSshConfig(asked));
}

async function keysOf(host: string, config: SshConfig): Promise<readonly string[]> {
  const keys = await knownHostKeys(config);
  if (keys.length > 0) return keys;
  const { port, hostname } = config;
  throw new ProviderError({
    code: "KVM-411",
    host,
    expected: `a host key of ${knownHostsName(config)}: hostKey is not given, so it is looked for in ${config.knownHostsFiles.join(", ")}`,
    found: "none (a key that is marked @cert-authority or @revoked does not count)",
    fix: `"ssh-keyscan -p ${port} ${hostname}" shows its keys; compare with the host's console, then give one as hostKey or put the line into known_hosts`,
  });
}

function unusable(host: string, found: string, setting: string): ProviderError {
  return new ProviderError({
    code: "KVM-412",
    host,
    expected: `a ${setting} in OpenSSH's configuration that can be followed`,
    found,
    fix: `correct ${setting}; "ssh -G NAME" shows what the configuration says for a name`,
  });
}
