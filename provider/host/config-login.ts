import { existsSync } from "node:fs";
import type { ParsedKey } from "ssh2";
import { ProviderError } from "../errors/provider-error";
import { homePath } from "./home-path";
import { evaluateKey, publicKeyIn, publicKeyNextTo, readKeyFile } from "./private-key-file";
import { AgentWithKeys, keysOfAgent } from "./ssh-agent";
import type { SshConfig } from "./ssh-config";
import type { SshEndpoint } from "./ssh-endpoint";

/** What a configuration's identity files are good for. */
interface Identities {
  /** Texts of private keys that open. */
  readonly usable: readonly string[];
  /** Public halves of the others: the agent may have them. */
  readonly elsewhere: readonly Buffer[];
  /** Why a file is no help, file by file. */
  readonly problems: readonly string[];
}

/**
 * The keys that OpenSSH's client would use: its identity files, and the agent's keys, only those of the files where `IdentitiesOnly` says so.
 *
 * @throws ProviderError KVM-406 there is none
 */
export async function configuredLogin(
  host: string,
  config: SshConfig,
  passphrase: string | undefined,
): Promise<Pick<SshEndpoint, "privateKey" | "passphrase" | "agent" | "certificate">> {
  const { usable, elsewhere, problems } = await readIdentities(config, passphrase);
  const socket = agentSocket(config);
  const agent = await agentKeys(socket);
  const wanted = agent.keys.filter((key) => elsewhere.some((half) => half.equals(key.getPublicSSH())));
  const offered = config.identitiesOnly ? wanted : [...new Set([...wanted, ...agent.keys])];
  if (usable.length + offered.length === 0)
    throw new ProviderError({
      code: "KVM-406",
      host,
      expected: `a private key of ${config.user}, as OpenSSH's configuration names it for ${config.alias}`,
      found: [...problems, agent.found].join("; "),
      fix: '"ssh-add FILE" gives the agent a key; IdentityFile and IdentityAgent in the configuration name others',
    });
  const certificate = [
    ...config.certificateFiles,
    ...config.identityFiles.map((file) => `${file}-cert.pub`),
  ].find((file) => existsSync(file));
  return {
    ...(usable.length === 0 ? {} : { privateKey: usable }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(socket === undefined || offered.length === 0 ? {} : { agent: new AgentWithKeys(socket, offered) }),
    ...(certificate === undefined ? {} : { certificate }),
  };
}

async function readIdentities(config: SshConfig, passphrase: string | undefined): Promise<Identities> {
  const usable: string[] = [];
  const elsewhere: Buffer[] = [];
  const problems: string[] = [];
  for (const file of config.identityFiles) {
    const half = await publicKeyNextTo(file);
    if (half !== undefined) elsewhere.push(half);
    const text = await readKeyFile(file).catch((error: Error) => error);
    // The defaults are six files, most of which nobody has.
    if (text instanceof Error) {
      if (!("code" in text && text.code === "ENOENT")) problems.push(text.message);
      continue;
    }
    const key = evaluateKey(text, passphrase);
    if (key.kind === "usable") usable.push(text);
    else if (key.kind === "encrypted") {
      if (key.publicKey !== undefined) elsewhere.push(key.publicKey);
      problems.push(`${file} is encrypted, and no passphrase is given`);
    } else {
      const publicKey = publicKeyIn(text);
      if (publicKey === undefined) problems.push(`${file}: ${key.why}`);
      else elsewhere.push(publicKey);
    }
  }
  return { usable, elsewhere, problems };
}

async function agentKeys(
  socket: string | undefined,
): Promise<{ readonly keys: readonly ParsedKey[]; readonly found: string }> {
  if (socket === undefined) return { keys: [], found: "no agent (IdentityAgent, SSH_AUTH_SOCK)" };
  try {
    return { keys: await keysOfAgent(socket), found: `an agent at ${socket} without a key for it` };
  } catch {
    return { keys: [], found: `no agent answers at ${socket}` };
  }
}

function agentSocket({ identityAgent = "SSH_AUTH_SOCK" }: SshConfig): string | undefined {
  if (identityAgent === "none") return undefined;
  const variable =
    /^\$\{?(\w+)\}?$/.exec(identityAgent)?.[1] ??
    (identityAgent === "SSH_AUTH_SOCK" ? identityAgent : undefined);
  const path = variable === undefined ? identityAgent : process.env[variable];
  return path === undefined || path === "" ? undefined : homePath(path);
}
