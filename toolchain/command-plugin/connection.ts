import type { SshEndpoint } from "kvmlab-provider/host/ssh-endpoint";
import type { PropertyMap } from "kvmlab-provider/protocol/property-values";
import { child, number, text } from "./property-reader";

/** A connection as a resource asks for it. */
export interface Connection {
  readonly endpoint: SshEndpoint;
  /** Most dials; undefined: no limit but the step's time. */
  readonly attempts: number | undefined;
  readonly perDialTimeoutMs: number;
  /** The jump host, when there is one. */
  readonly proxy: Connection | undefined;
}

/** Reads the `connection` input, which check has filled with its defaults. */
export function readConnection(map: PropertyMap): Connection {
  const proxy = child(map, "proxy");
  const errorLimit = number(map, "dialErrorLimit") ?? 10;
  const perDialSeconds = number(map, "perDialTimeout") ?? 15;
  const agent = text(map, "agentSocketPath") ?? process.env.SSH_AUTH_SOCK;
  return {
    endpoint: {
      address: text(map, "host") ?? "",
      port: number(map, "port") ?? 22,
      user: text(map, "user") ?? "root",
      ...optional("privateKey", text(map, "privateKey")),
      ...optional("passphrase", text(map, "privateKeyPassword")),
      ...optional("password", text(map, "password")),
      ...optional("agent", agent === "" ? undefined : agent),
      ...optional("hostKey", text(map, "hostKey")),
    },
    // The official provider gives up when more dials than the limit have failed.
    attempts: errorLimit < 0 ? undefined : errorLimit + 1,
    perDialTimeoutMs: perDialSeconds === 0 ? Number.MAX_SAFE_INTEGER : perDialSeconds * 1000,
    proxy: proxy === undefined ? undefined : readConnection(proxy),
  };
}

function optional<K extends string>(key: K, value: string | undefined): { readonly [P in K]?: string } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]?: string });
}
