import type { Duplex } from "node:stream";
import type { Client } from "ssh2";
import { ProviderError } from "../errors/provider-error";
import type { AskOptions, Conversation } from "./conversation";
import type { HostConnection } from "./host-connection";
import type { RunOptions, RunResult } from "./remote-shell";
import { shellCommand } from "./shell-quote";
import type { ShellSession } from "./shell-session";
import type { TunnelOptions } from "./ssh-tunnel";
import type { VirshAnswer, VirshSession } from "./virsh-session";

/** The hosts are up when a resource looks at them; a minute covers one that is just restarting its sshd. */
const limits = { perDialTimeoutMs: 10_000, totalMs: 60_000 };

/** A program that nobody asks any more ends. */
const idleMs = 30_000;

/**
 * One SSH connection for each host, for as long as the plugin lives: a key exchange costs an emulated host a second.
 * A connection that closed is dialled again at the next use. The SSH library is loaded at the first use: most
 * deployments change nothing and reach no host.
 */
export class HostPool {
  readonly #clients = new Map<string, Promise<Client>>();
  readonly #virshs = new Map<string, VirshSession>();
  readonly #shells = new Map<string, ShellSession>();

  /** The connection to a host. It is shared: never end it. `signal` ends the waiting for it, not the dialling. */
  async connect(host: HostConnection, signal: AbortSignal): Promise<Client> {
    signal.throwIfAborted();
    return unlessAborted(this.#shared(host), signal);
  }

  /** Runs a command of POSIX sh, whatever the user's login shell is, in English and UTF-8; what the login prints is not in the result. */
  async run(
    host: HostConnection,
    command: string,
    options: RunOptions & { readonly signal: AbortSignal },
  ): Promise<RunResult> {
    const client = await this.connect(host, options.signal);
    const [{ run }, { runInSh }] = await Promise.all([
      import("./remote-shell.js"),
      import("./login-shell.js"),
    ]);
    const asUser = host.sudo === true ? { ...options, sudo: true } : options;
    return runInSh(command, asUser, (line, more) => run(client, line, more));
  }

  /** Runs a script of sh with `args` as $1, $2 …; it arrives by standard input, so no argument is on a command line. */
  script(
    host: HostConnection,
    script: string,
    args: readonly string[],
    options: RunOptions & { readonly signal: AbortSignal },
  ): Promise<RunResult> {
    return this.run(host, "sh -s", { ...options, stdin: `set -- ${shellCommand(args)}\n${script}` });
  }

  /**
   * Asks the host's virsh, one for all that is asked of this host until nobody has asked for a while. Commands that change nothing, in
   * plain ASCII: those on which an older virsh ended are asked once more.
   *
   * @throws ProviderError KVM-401 to KVM-414 when the host cannot be reached, KVM-405 no answer in time, KVM-610 virsh ended
   */
  async virsh(
    host: HostConnection,
    commands: readonly string[],
    options: AskOptions,
  ): Promise<VirshAnswer[]> {
    const { VirshSession } = await import("./virsh-session.js");
    const begin = () => new VirshSession(this, host);
    return this.#converse(this.#virshs, host, begin, (virsh) => virsh.runAll(commands, options));
  }

  /**
   * Runs a script of sh as `script` does, in a shell that is kept as long as `virsh` is, and gives what it prints. One that may be run twice, and
   * ends by itself.
   *
   * @throws ProviderError KVM-401 to KVM-414 when the host cannot be reached, KVM-405 no end in time
   */
  async shell(
    host: HostConnection,
    script: string,
    args: readonly string[],
    options: AskOptions,
  ): Promise<string> {
    const { ShellSession } = await import("./shell-session.js");
    const begin = () => new ShellSession(this, host);
    return this.#converse(this.#shells, host, begin, (shell) => shell.runScript(script, args, options));
  }

  /** Opens a TCP connection that starts at a host. */
  async openTcp(
    host: HostConnection,
    address: string,
    port: number,
    options: TunnelOptions & { readonly signal: AbortSignal },
  ): Promise<Duplex> {
    const client = await this.connect(host, options.signal);
    const { openTcp } = await import("./ssh-tunnel.js");
    return openTcp(client, address, port, options);
  }

  /** Ends all connections. */
  close(): void {
    for (const dialling of this.#clients.values())
      dialling.then(
        (client) => client.end(),
        () => {},
      );
  }

  async #converse<Program extends Conversation, Told>(
    known: Map<string, Program>,
    host: HostConnection,
    begin: () => Program,
    ask: (program: Program) => Promise<Told>,
  ): Promise<Told> {
    const key = keyOf(host);
    for (;;) {
      const kept = known.get(key);
      const program = kept?.over === false ? kept : begin();
      known.set(key, program);
      try {
        return await ask(program);
      } catch (error) {
        if (program !== kept || !program.over || isTimeout(error)) throw error;
      } finally {
        endWhenIdle(known, key, program);
      }
    }
  }

  #shared(host: HostConnection): Promise<Client> {
    const key = keyOf(host);
    const known = this.#clients.get(key);
    if (known) return known;
    // Without a caller's signal: another caller may wait for the same connection.
    const dialling = import("./dial-host.js").then(({ dialHost }) => dialHost(host, limits));
    this.#clients.set(key, dialling);
    const forget = () => {
      if (this.#clients.get(key) === dialling) this.#clients.delete(key);
    };
    dialling.then((client) => client.once("close", forget), forget);
    return dialling;
  }
}

function endWhenIdle<Program extends Conversation>(
  known: Map<string, Program>,
  key: string,
  program: Program,
): void {
  const { asked } = program;
  const inspect = () => {
    if (program.asked !== asked || program.busy) return;
    if (known.get(key) === program) known.delete(key);
    void program.close();
  };
  setTimeout(inspect, idleMs).unref();
}

function isTimeout(error: unknown): boolean {
  return error instanceof ProviderError && error.facts.code === "KVM-405";
}

function keyOf(host: HostConnection): string {
  const { address, port, user, hostKey, privateKey, privateKeyFile, agent, sshConfig, sudo } = host;
  return JSON.stringify([address, port, user, hostKey, privateKey, privateKeyFile, agent, sshConfig, sudo]);
}

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
