import { constants } from "node:os";
import { Readable } from "node:stream";
import type { Client, ClientChannel } from "ssh2";
import { ProviderError } from "../errors/provider-error";
import { markRun, type StopSignal } from "./remote-signal";
import { rootCommand } from "./root-command";
import { shellCommand } from "./shell-quote";
import { hostOf } from "./ssh-dial";
import { TextSink } from "./text-sink";

export interface RunOptions {
  /** Given to the command as its standard input, which is then closed; a stream, when it ends. Default: empty. */
  readonly stdin?: string | Buffer | Readable;
  /** Environment variables, put before the command with env(1), so whatever sshd's AcceptEnv says. Visible to `ps` on the host. */
  readonly env?: Readonly<Record<string, string>>;
  /** Environment variables sent by SSH itself; sshd silently drops those that its AcceptEnv does not name. */
  readonly sshEnv?: Readonly<Record<string, string>>;
  /** Runs the command with root's rights, by `sudo -n` where the user is not root. Default: false. */
  readonly sudo?: boolean;
  /** After this time the command is stopped and KVM-405 thrown. */
  readonly timeoutMs: number;
  /** What messages call the command. Default: the command itself. */
  readonly shownAs?: string;
  /** Stops the command when aborted; `run` then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** How the command and all that it started are told to stop: default SIGTERM, and 2 s to end before SIGKILL. */
  readonly stop?: { readonly signal: StopSignal; readonly graceMs: number };
  /** Called when the host has taken the command: from now on it may have had effects. */
  readonly onStarted?: () => void;
  /** Called with each piece of output as it comes; pieces need not be whole lines. */
  readonly onStdout?: (text: string) => void;
  readonly onStderr?: (text: string) => void;
}

export interface RunResult {
  readonly stdout: string;
  readonly stderr: string;
  /** As a shell has it: 128 + the signal's number when a signal ended the command. */
  readonly exitCode: number;
  /** `SIGKILL` …, when a signal ended the command. */
  readonly signal?: string;
}

/**
 * Runs one line of shell on the host and waits for its end; any exit code is a result, not an error.
 *
 * Errors: KVM-404 the connection broke, KVM-405 the time limit passed, KVM-413 sshd takes no other session. When `signal` aborts, rejects with its reason,
 * after the command has ended or its time for that is over.
 */
export function run(client: Client, command: string, options: RunOptions): Promise<RunResult> {
  return new Promise((resolve, reject) => new RemoteRun(client, command, options, resolve, reject).start());
}

/** sshd takes ten sessions on a connection (MaxSessions) and refuses another one until one of them has ended: 7 s of tries. */
const tryAgainMs = 100;
const mostTries = 70;
/** A virsh and a shell that are kept, a command, and the one that stops it. */
const fewestSessions = 4;

/** One command on its way: started, perhaps told to stop, ended. */
class RemoteRun {
  readonly #mark = markRun();
  readonly #stdout: TextSink;
  readonly #stderr: TextSink;
  #channel: ClientChannel | undefined;
  #exit: Exit | undefined;
  #stopping: { readonly reason: unknown } | undefined;
  #connectionError: Error | undefined;
  #limit: NodeJS.Timeout | undefined;
  #grace: NodeJS.Timeout | undefined;

  constructor(
    readonly client: Client,
    readonly command: string,
    readonly options: RunOptions,
    readonly resolve: (result: RunResult) => void,
    readonly reject: (reason: unknown) => void,
  ) {
    this.#stdout = new TextSink(options.onStdout);
    this.#stderr = new TextSink(options.onStderr);
  }

  get #name(): string {
    return this.options.shownAs ?? this.command;
  }

  start(): void {
    const { client, options } = this;
    if (options.signal?.aborted) {
      this.reject(options.signal.reason);
      return;
    }
    this.#limit = setTimeout(
      () => this.#stop(tooLong(client, this.#name, options.timeoutMs)),
      options.timeoutMs,
    );
    options.signal?.addEventListener("abort", this.#onAbort, { once: true });
    client.on("error", this.#onError).once("close", this.#onClientClose);
    this.#open(mostTries);
  }

  #open(triesLeft: number): void {
    const { client, options } = this;
    const env = { ...options.sshEnv, ...this.#mark.env };
    try {
      client.exec(this.#line(), { env }, (error, channel) => {
        if (error === undefined) this.#follow(channel);
        else if (/open failure/.test(error.message) && this.#stopping === undefined) {
          if (triesLeft > 0) setTimeout(() => this.#open(triesLeft - 1), tryAgainMs);
          else this.#fail(tooFewSessions(client, this.#name, error));
        } else this.#fail(broken(client, this.#name, error));
      });
    } catch (error) {
      this.#fail(broken(client, this.#name, error));
    }
  }

  /** sudo hands no environment on: the mark goes along on the command's line then. */
  #line(): string {
    const { sudo = false, env } = this.options;
    return sudo
      ? rootCommand(withEnvironment(this.command, { ...env, ...this.#mark.env }))
      : withEnvironment(this.command, env);
  }

  #follow(channel: ClientChannel): void {
    if (this.#stopping !== undefined) {
      this.#signal("KILL");
      channel.close();
      return;
    }
    this.#channel = channel;
    this.options.onStarted?.();
    channel.on("exit", (code: number | null, signal?: string) => {
      this.#exit = { code, signal };
      // Whatever it left behind may hold the channel open.
      if (this.#stopping !== undefined) this.#giveUpAfter(200);
    });
    channel.on("data", (data: Buffer) => this.#stdout.add(data));
    channel.stderr.on("data", (data: Buffer) => this.#stderr.add(data));
    channel.on("close", () => this.#end());
    // The command may end without reading its input.
    channel.on("error", () => {});
    const { stdin } = this.options;
    if (stdin instanceof Readable) stdin.pipe(channel);
    else channel.end(stdin ?? "");
  }

  #end(): void {
    if (this.#stopping !== undefined) {
      this.#fail(this.#stopping.reason);
    } else if (this.#exit === undefined) {
      this.#fail(broken(this.client, this.#name, this.#connectionError));
    } else {
      this.#settle();
      this.resolve({ stdout: this.#stdout.end(), stderr: this.#stderr.end(), ...exitCode(this.#exit) });
    }
  }

  #stop(reason: unknown): void {
    if (this.#stopping !== undefined) return;
    this.#stopping = { reason };
    clearTimeout(this.#limit);
    if (this.#channel === undefined) {
      this.#fail(reason);
    } else {
      const how = this.options.stop ?? { signal: "TERM", graceMs: 2_000 };
      this.#signal(how.signal);
      this.#giveUpAfter(how.graceMs);
    }
  }

  #signal(signal: StopSignal): void {
    this.#mark.send(this.client, signal, this.options.sudo === true);
  }

  #giveUpAfter(ms: number): void {
    clearTimeout(this.#grace);
    this.#grace = setTimeout(() => {
      this.#signal("KILL");
      this.#channel?.close();
      this.#fail(this.#stopping?.reason);
    }, ms);
  }

  readonly #onAbort = () => this.#stop(this.options.signal?.reason);
  readonly #onError = (error: Error) => {
    this.#connectionError = error;
  };
  readonly #onClientClose = () =>
    this.#fail(this.#stopping?.reason ?? broken(this.client, this.#name, this.#connectionError));

  #fail(reason: unknown): void {
    this.#settle();
    this.reject(reason);
  }

  #settle(): void {
    clearTimeout(this.#limit);
    clearTimeout(this.#grace);
    this.options.signal?.removeEventListener("abort", this.#onAbort);
    this.client.off("error", this.#onError).off("close", this.#onClientClose);
  }
}

interface Exit {
  readonly code: number | null;
  readonly signal: string | undefined;
}

function withEnvironment(command: string, env: Readonly<Record<string, string>> | undefined): string {
  const settings = Object.entries(env ?? {}).map(([name, value]) => `${name}=${value}`);
  return settings.length === 0 ? command : shellCommand(["env", ...settings, "sh", "-c", command]);
}

function exitCode(exit: Exit): { exitCode: number; signal?: string } {
  if (exit.code !== null) return { exitCode: exit.code };
  const name = exit.signal ?? "SIGKILL";
  const number = Object.entries(constants.signals).find(([known]) => known === name)?.[1] ?? 0;
  return { exitCode: 128 + number, signal: name };
}

function broken(client: Client, command: string, cause: unknown): ProviderError {
  const reason = cause instanceof Error ? `: ${cause.message}` : "";
  return new ProviderError({
    code: "KVM-404",
    host: hostOf(client),
    expected: `the connection to last until this command has ended: ${shown(command)}`,
    found: `the connection broke${reason}`,
    fix: `see whether ${hostOf(client)} still runs, then run the same command again`,
    cause,
  });
}

function tooFewSessions(client: Client, command: string, cause: Error): ProviderError {
  return new ProviderError({
    code: "KVM-413",
    host: hostOf(client),
    expected: `sshd to take another session on the connection, for this command: ${shown(command)}`,
    found: `it refused for ${(mostTries * tryAgainMs) / 1000} s (${cause.message})`,
    fix: `"sshd -T | grep -i maxsessions" on ${hostOf(client)} must say ${fewestSessions} or more: set "MaxSessions 10", its default, in sshd_config, and reload sshd there`,
    cause,
  });
}

function tooLong(client: Client, command: string, timeoutMs: number): ProviderError {
  return new ProviderError({
    code: "KVM-405",
    host: hostOf(client),
    expected: `this command to end within ${timeoutMs / 1000} s: ${shown(command)}`,
    found: "it was still running and was stopped",
    fix: `look at ${hostOf(client)} (uptime, df -h, journalctl -n 50), then run the same command again`,
  });
}

function shown(command: string): string {
  return command.length > 200 ? `${command.slice(0, 200)}…` : command;
}
