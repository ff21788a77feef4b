import type { CatalogEntry } from "../catalog-entry";

/** Codes KVM-401 to 407 and 410 to 414, about a host by itself. */
export const hostErrors = {
  "KVM-401": {
    title: "A host does not answer SSH",
    explanation:
      "The host's SSH port refused the connection, kept silent or hung up, again and again until the limit. A virtual machine that is still booting does that too: the error says how often and for how long it was tried.",
    fix: "Start the host if it has no power. `ssh -p PORT USER@ADDRESS true` must work from here; when it does, run the same command again.",
  },
  "KVM-402": {
    title: "A host showed another SSH key than expected",
    explanation:
      "Every host's key is given before the first connection. Another key means another machine at this address, or a machine that was installed again. Nothing was sent to it.",
    fix: "Compare with `ssh-keyscan -t ed25519 ADDRESS`, and correct the host's key in the program or the stack's config if the machine is the right one.",
  },
  "KVM-403": {
    title: "A host refused the login",
    explanation: "SSH answers with the right host key, but accepts none of the keys or passwords offered.",
    fix: "Put the public key into the user's `~/.ssh/authorized_keys` on that host (for root, `PermitRootLogin prohibit-password` is needed), or correct the user or key in the program or the stack's config. Certificates (`ssh-keygen -s`, `TrustedUserCAKeys`) are not supported: the host must know the key itself.",
  },
  "KVM-404": {
    title: "The SSH connection to a host broke",
    explanation:
      "The host went away in the middle of a command: it was stopped, its network failed, or it did not answer for 20 seconds. Whether the command ended is not known.",
    fix: "Look whether the host runs, then run the same command again: every step looks at what is there first.",
  },
  "KVM-405": {
    title: "A command on a host took too long",
    explanation: "Every command on a host has a time limit. This one passed it and was told to stop.",
    fix: "Log in to the host: `uptime`, `df -h` and `journalctl -n 50` usually show what it waits for. Then run the same command again.",
  },
  "KVM-406": {
    title: "An SSH key cannot be read",
    explanation:
      "A private key must be in OpenSSH or PEM format. An encrypted one needs its passphrase, or an SSH agent that has the key. A key file is read where the provider runs. A host key must look like `ssh-ed25519 AAAA…`.",
    fix: "`ssh-keygen -y -f FILE` shows whether a private key is whole; `ssh-keyscan -t ed25519 ADDRESS` prints a host key as it is expected.",
  },
  "KVM-407": {
    title: "An address does not answer through a host",
    explanation:
      "What runs in the hosts' network is reached through one of them, by a TCP connection that this host opens. The host refused to, or nothing answered there.",
    fix: "Log in to the host and try from there, for example with `nc -vz ADDRESS PORT`. The host's sshd must have `AllowTcpForwarding yes` (its default).",
  },
  "KVM-410": {
    title: "The SSH agent has no key for a host",
    explanation:
      "No private key is given for the host (neither `privateKey` nor `privateKeyFile`), so the keys of an SSH agent are used: the one whose socket the host's `agent` names, else `$SSH_AUTH_SOCK` of the provider. There is none, it does not answer, or it offers no key. Certificates in an agent are not supported.",
    fix: "`ssh-add -l` in the shell that runs the deployment must list a key of the user; `ssh-add FILE` adds one. Or give the host a `privateKeyFile`.",
  },
  "KVM-411": {
    title: "No key of a host is known",
    explanation:
      "Every host's key is known before the first connection. The host has no `hostKey`, so it is looked for in the known_hosts files of who runs the provider (with `sshConfig`, in those that OpenSSH's configuration names), hashed names included. There is none for this name and port. Nothing was sent to the host.",
    fix: "`ssh-keyscan -p PORT ADDRESS` shows the host's keys; compare them with the host's console (`ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub`), then give one as `hostKey`, or put the line into `~/.ssh/known_hosts`. With IPv6 and another port than 22 the line begins with `[ADDRESS]:PORT`.",
  },
  "KVM-412": {
    title: "OpenSSH's configuration cannot be used",
    explanation:
      "The host has `sshConfig`, or no `hostKey`, so OpenSSH's client is asked how it would reach it (`ssh -G`). The client is not installed where the provider runs, its configuration has an error, its ProxyJump leads in a circle, or its ProxyCommand cannot be run.",
    fix: "Run the `ssh -G …` of the message where the provider runs, and correct what it says. Or give the host its `address`, `port`, `user`, `hostKey` and a key without `sshConfig`.",
  },
  "KVM-413": {
    title: "A setting of a host's sshd is in the way",
    explanation:
      "The login worked, but sshd then refuses what is needed: a jump host, and the `observer` by which a guest's probe is asked, must forward TCP connections (`AllowTcpForwarding`, `PermitOpen`, `DisableForwarding`), and every host takes some sessions on one connection (`MaxSessions`, 10 by default, 4 at least).",
    fix: "Change the setting that the message names in the host's `/etc/ssh/sshd_config` (`sshd -T` shows what is in force), and reload sshd.",
  },
  "KVM-414": {
    title: "A user gets no root's rights on a host",
    explanation:
      "The host has `sudo: true`, so every command there is run by `sudo -n`. sudo is not installed, does not know the user, or wants a password or a terminal. Nobody is there to type one, and no askpass program is started.",
    fix: "On the host give the user a line of its own in `/etc/sudoers.d/`: `USER ALL=(root) NOPASSWD: ALL` (`visudo -c` checks it; `sudo -n id -u` by that user must print 0). Or log in as root.",
  },
} as const satisfies Record<string, CatalogEntry>;
