/** All that is needed to log in to a host by SSH and to be sure that it is the right one. */
export interface HostConnection {
  /** What the other hosts call it, and what errors call it: `nfs`, `source`, `target`. */
  readonly name: string;
  /** Address or name by which this machine reaches it; inside a private hypervisor the end of a forwarder. With `sshConfig`, also an alias of that. */
  readonly address: string;
  /** TCP port of its SSH service as this machine reaches it. Default: what `sshConfig` says, else 22. */
  readonly port?: number;
  /** Who logs in. The provider's commands need root's rights: see `sudo`. Default: what `sshConfig` says; demanded without it. */
  readonly user?: string;
  /** The user's private key as text, OpenSSH or PEM format. A secret. Default: `privateKeyFile`, or else the agent's keys. */
  readonly privateKey?: string;
  /** Path of the user's private key, absolute or from `~/`, on the machine that runs the provider. It is read at each connection. */
  readonly privateKeyFile?: string;
  /** Passphrase of an encrypted private key. A secret. Without it, the agent must have the key. */
  readonly passphrase?: string;
  /** Path of an SSH agent's socket, absolute or from `~/`. Default: `$SSH_AUTH_SOCK` of the provider. Asked only when no private key does. */
  readonly agent?: string;
  /** The host's public key, known before the first connection: `ssh-ed25519 AAAA…`. Default: those in the known_hosts files of who runs the provider. */
  readonly hostKey?: string;
  /**
   * What is left out here is taken from OpenSSH's configuration, as `ssh ADDRESS` would: host name, port, user, keys and agent, known_hosts, ProxyJump and
   * ProxyCommand. `true`: the configuration of who runs the provider; a path, absolute or from `~/`: this file alone. Default: false.
   */
  readonly sshConfig?: boolean | string;
  /** Whether all commands are run by `sudo -n`, which must ask for no password; root needs none. Default: false, the user's own rights will do. */
  readonly sudo?: boolean;
}
