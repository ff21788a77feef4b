import { execFile } from "node:child_process";
import { ProviderError } from "../errors/provider-error";
import { keysInKnownHosts, knownHostsName, parseSshConfig, type SshConfig } from "./ssh-config";

/** Both programs only read files; a configuration may run commands (`Match exec`) or ask a name server. */
const answerMs = 8_000;

export interface SshName {
  /** What errors call the host. */
  readonly host: string;
  /** An alias, name or address, as one types it after `ssh`. */
  readonly name: string;
  readonly user?: string;
  readonly port?: number;
  /** A configuration's path in place of the user's and the system's; `none` for no configuration at all; undefined: those two. */
  readonly file?: string;
}

/**
 * What OpenSSH's own client makes of a name: no other reader of its configuration knows all of it.
 *
 * @throws ProviderError KVM-412
 */
export async function askSshConfig({ host, name, user, port, file }: SshName): Promise<SshConfig> {
  const argv = [
    ...(file === undefined ? [] : ["-F", file]),
    ...(user === undefined ? [] : ["-l", user]),
    ...(port === undefined ? [] : ["-p", String(port)]),
    ...["-G", "--", name],
  ];
  const { output, failure } = await outputOf("ssh", argv);
  if (failure === undefined) return parseSshConfig(name, output);
  throw new ProviderError({
    code: "KVM-412",
    host,
    expected: `OpenSSH's client to say how it reaches ${name}: ssh ${argv.join(" ")}`,
    found: failure,
    fix: "install OpenSSH's client (openssh-client) where the provider runs, and correct what it says of its configuration; or give the host all of address, port, user, hostKey and a key, without sshConfig",
  });
}

/** The host keys that the known_hosts files have for a host, hashed names included. */
export async function knownHostKeys(config: SshConfig): Promise<readonly string[]> {
  const name = knownHostsName(config);
  // It ends with 1 where there is none, and with 255 where there is no file.
  const found = await Promise.all(
    config.knownHostsFiles.map((file) => outputOf("ssh-keygen", ["-F", name, "-f", file])),
  );
  return keysInKnownHosts(found.map(({ output }) => output).join("\n"));
}

function outputOf(
  program: string,
  argv: readonly string[],
): Promise<{ readonly output: string; readonly failure?: string }> {
  return new Promise((resolve) => {
    const child = execFile(program, [...argv], { timeout: answerMs }, (error, output, errors) => {
      if (error === null) return resolve({ output });
      const why = "code" in error && error.code === "ENOENT" ? `no program ${program}` : error.message;
      const late = error.killed === true ? `no answer in ${answerMs / 1000} s` : undefined;
      resolve({ output, failure: late ?? (errors.trim().split("\n")[0] || why) });
    });
    child.stdin?.end();
  });
}
