import type { Duplex } from "node:stream";
import type { BaseAgent } from "ssh2";

/** Where to log in by SSH, as whom, and how the other side is known. */
export interface SshEndpoint {
  /** What errors call the host. Default: `address:port`. */
  readonly name?: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** OpenSSH or PEM format; several are tried in their order. Tried before the password. */
  readonly privateKey?: string | readonly string[];
  /** Passphrase of an encrypted private key. */
  readonly passphrase?: string;
  /** Also answers keyboard-interactive questions. */
  readonly password?: string;
  /** Path of an SSH agent's socket, or an agent. */
  readonly agent?: string | BaseAgent;
  /** Where a certificate of the private key would be: told when the login is refused, because it cannot be offered. */
  readonly certificate?: string;
  /** `ssh-ed25519 AAAA…` or its base64 part; of several, any. Without it any host key is taken. */
  readonly hostKey?: string | readonly string[];
  /** Opens the byte stream to the host's SSH port some other way than by TCP from here: through a jump host, say. */
  readonly open?: (timeoutMs: number, signal?: AbortSignal) => Promise<Duplex>;
}

/** How long a dial may take and how often it is tried. Times in milliseconds. */
export interface DialLimits {
  /** Most attempts. Default: as many as fit into totalMs. */
  readonly attempts?: number;
  /** Limit of one attempt until the host says its first word; the logging in after that has handshakeMs. */
  readonly perDialTimeoutMs: number;
  /** From the host's first word until it has let us in. Default 30 s: an emulated host under load is slow, not dead. */
  readonly handshakeMs?: number;
  /** Limit of everything together. */
  readonly totalMs: number;
  /** First and longest pause between two attempts. Default 500 and 1000: a booting host is found soon after it is up. */
  readonly firstPauseMs?: number;
  readonly longestPauseMs?: number;
  /** Called after each failed attempt that will be followed by another one. */
  readonly onRetry?: (attempt: number, error: Error) => void;
}

/** What errors call the host at an endpoint. */
export function endpointName({
  name,
  address,
  port,
}: Pick<SshEndpoint, "name" | "address" | "port">): string {
  return name ?? (address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`);
}
