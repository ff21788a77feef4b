/** All that is needed to log in to a host by SSH and to be sure that it is the right one. */
export interface HostConnection {
  /** What the other hosts call it, and what errors call it: `nfs`, `source`, `target`. */
  readonly name: string;
  /** Address or name by which this machine reaches it; inside a private hypervisor the end of a forwarder. */
  readonly address: string;
  /** TCP port of its SSH service as this machine reaches it. */
  readonly port: number;
  /** Who logs in. The provider's commands need root's rights. */
  readonly user: string;
  /** The user's private key as text, OpenSSH or PEM format. A secret. Default: `privateKeyFile`, or else the agent's keys. */
  readonly privateKey?: string;
  /** Path of the user's private key, absolute or from `~/`, on the machine that runs the provider. It is read at each connection. */
  readonly privateKeyFile?: string;
  /** Passphrase of an encrypted private key. A secret. Without it, the agent must have the key. */
  readonly passphrase?: string;
  /** Path of an SSH agent's socket, absolute or from `~/`. Default: `$SSH_AUTH_SOCK` of the provider. Asked only when no private key does. */
  readonly agent?: string;
  /** The host's public key, known before the first connection: `ssh-ed25519 AAAA…`. */
  readonly hostKey: string;
}
