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
  /** The user's private key, OpenSSH or PEM format, not encrypted. A secret. */
  readonly privateKey: string;
  /** The host's public key, known before the first connection: `ssh-ed25519 AAAA…`. */
  readonly hostKey: string;
}
