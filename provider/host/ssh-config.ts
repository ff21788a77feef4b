import { homedir, userInfo } from "node:os";
import { homePath } from "./home-path";

/** What OpenSSH's client would do to reach a name: the part of `ssh -G NAME` that matters here. */
export interface SshConfig {
  /** The name that was asked for. */
  readonly alias: string;
  readonly hostname: string;
  readonly port: number;
  readonly user: string;
  /** `none`, `SSH_AUTH_SOCK`, `$VARIABLE` or a path; undefined where nothing is configured. */
  readonly identityAgent: string | undefined;
  readonly identityFiles: readonly string[];
  readonly identitiesOnly: boolean;
  readonly certificateFiles: readonly string[];
  readonly hostKeyAlias: string | undefined;
  readonly knownHostsFiles: readonly string[];
  /** The hosts to jump through, the first one first: `[user@]host[:port]` or `ssh://…`. */
  readonly proxyJump: readonly string[];
  readonly proxyCommand: string | undefined;
}

/** Reads what `ssh -G` prints. Values that mean nothing (`none`) are left out. */
export function parseSshConfig(alias: string, text: string): SshConfig {
  const lines = text.split("\n").map((line) => /^(\S+) (.*)$/.exec(line.trim()) ?? ["", "", ""]);
  const all = (key: string) => lines.filter(([, found]) => found === key).map(([, , value]) => value ?? "");
  const one = (key: string) => all(key)[0];
  const given = (key: string) => all(key).filter((value) => value !== "none")[0];
  const config = {
    alias,
    hostname: one("hostname") ?? alias,
    port: Number(one("port") ?? 22),
    user: one("user") ?? userInfo().username,
    identityAgent: one("identityagent"),
    identitiesOnly: one("identitiesonly") === "yes",
    hostKeyAlias: given("hostkeyalias"),
    proxyJump: given("proxyjump")?.split(",") ?? [],
    proxyCommand: given("proxycommand"),
  };
  const files = (key: string) => all(key).filter((path) => path !== "none");
  const path = (name: string) => homePath(expandTokens(name, config).text);
  return {
    ...config,
    identityFiles: files("identityfile").map(path),
    certificateFiles: files("certificatefile").map(path),
    knownHostsFiles: [...files("userknownhostsfile"), ...files("globalknownhostsfile")]
      .flatMap((names) => names.split(" "))
      .map(path),
  };
}

/** The text with OpenSSH's tokens replaced, and the tokens that are not known here. */
export function expandTokens(
  text: string,
  { alias, hostname, port, user }: Pick<SshConfig, "alias" | "hostname" | "port" | "user">,
): { readonly text: string; readonly unknown: readonly string[] } {
  const values: Readonly<Record<string, string>> = {
    ...{ "%": "%", d: homedir(), h: hostname, i: String(userInfo().uid), n: alias },
    ...{ p: String(port), r: user, u: userInfo().username },
  };
  const unknown: string[] = [];
  const expanded = text.replace(/%(.)/g, (token, letter: string) => {
    if (values[letter] === undefined) unknown.push(token);
    return values[letter] ?? token;
  });
  return { text: expanded, unknown };
}

/** `[user@]host[:port]` or `ssh://[user@]host[:port]`, an IPv6 address with a port in brackets. */
export function parseJump(text: string): { host: string; user?: string; port?: number } {
  const match = /^(?:ssh:\/\/)?(?:(.+)@)?(?:\[([^\]]+)\](?::(\d+))?|([^:/]+)(?::(\d+))?|([^/]+))\/?$/.exec(
    text,
  );
  const [, user, bracketed, bracketedPort, plain, plainPort, ipv6] = match ?? [];
  const port = bracketedPort ?? plainPort;
  return {
    host: bracketed ?? plain ?? ipv6 ?? text,
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port: Number(port) }),
  };
}

/** What known_hosts calls the host. */
export function knownHostsName({ hostKeyAlias, hostname, port }: SshConfig): string {
  const name = (hostKeyAlias ?? hostname).toLowerCase();
  return port === 22 || hostKeyAlias !== undefined ? name : `[${name}]:${port}`;
}

/** The keys in lines of known_hosts, without those that are revoked or only sign others. */
export function keysInKnownHosts(text: string): readonly string[] {
  const entries = text
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.startsWith("#"))
    .map((line) => line.trim().split(/\s+/));
  const keyAfter = (words: readonly string[]) => words.slice(1, 3).join(" ");
  const revoked = entries.filter(([mark]) => mark === "@revoked").map((words) => keyAfter(words.slice(1)));
  return entries
    .filter(([first = ""]) => !first.startsWith("@"))
    .map(keyAfter)
    .filter((key, index, keys) => !revoked.includes(key) && keys.indexOf(key) === index);
}
