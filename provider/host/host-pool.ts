import type { Client } from "ssh2";
import type { HostConnection } from "./host-connection";
import { type RunOptions, type RunResult, run } from "./remote-shell";
import { shellCommand } from "./shell-quote";
import { dial } from "./ssh-dial";

/** The hosts are up when a resource looks at them; a minute covers one that is just restarting its sshd. */
const limits = { perDialTimeoutMs: 10_000, totalMs: 60_000 };

/**
 * One SSH connection for each host, for as long as the plugin lives: a key exchange costs an emulated host a second.
 * A connection that closed is dialled anew at the next use.
 */
export class HostPool {
  readonly #clients = new Map<string, Promise<Client>>();

  connect(host: HostConnection, signal: AbortSignal): Promise<Client> {
    const key = JSON.stringify([host.address, host.port, host.user, host.hostKey, host.privateKey]);
    const known = this.#clients.get(key);
    if (known) return known;
    const dialling = dial(host, limits, signal);
    this.#clients.set(key, dialling);
    const forget = () => void this.#clients.delete(key);
    dialling.then((client) => client.once("close", forget), forget);
    return dialling;
  }

  /** Runs a script of sh with `args` as $1, $2 …; it arrives by standard input, so no argument is on a command line. */
  async script(
    host: HostConnection,
    script: string,
    args: readonly string[],
    options: RunOptions & { readonly signal: AbortSignal },
  ): Promise<RunResult> {
    const client = await this.connect(host, options.signal);
    return run(client, "sh -s", { ...options, stdin: `set -- ${shellCommand(args)}\n${script}` });
  }

  /** Ends all connections. */
  close(): void {
    for (const dialling of this.#clients.values())
      dialling.then(
        (client) => client.end(),
        () => {},
      );
  }
}
