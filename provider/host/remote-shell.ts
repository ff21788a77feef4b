import { constants } from "node:os";
import type { Client, ClientChannel } from "ssh2";
import { LabError } from "../../errors/lab-error";
import { markRun, type StopSignal } from "./remote-signal";
import { shellCommand } from "./shell-quote";
import { hostOf } from "./ssh-dial";

export interface RunOptions {
  /** Given to the command as its standard input, which is then closed. Default: empty. */
  readonly stdin?: string | Buffer;
  /** Environment variables, put before the command with env(1), so whatever sshd's AcceptEnv says. Visible to `ps` on the host. */
  readonly env?: Readonly<Record<string, string>>;
  /** Environment variables sent by SSH itself; sshd silently drops those that its AcceptEnv does not name. */
  readonly sshEnv?: Readonly<Record<string, string>>;
  /** After this time the command is stopped and KVM-405 thrown. */
  readonly timeoutMs: number;
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
 * Errors: KVM-404 the connection broke, KVM-405 the time limit passed. When `signal` aborts, rejects with its reason,
 * after the command has ended or its time for that is over.
 */
export function run(client: Client, command: string, options: RunOptions): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const { signal } = options;
    const stdout = new TextSink(options.onStdout);
    const stderr = new TextSink(options.onStderr);
    const mark = markRun();
    let channel: ClientChannel | undefined;
    let exit: { code: number | null; signal?: string } | undefined;
    let stopping: { reason: unknown } | undefined;
    let connectionError: Error | undefined;
    let grace: NodeJS.Timeout | undefined;

    const limit = setTimeout(() => stop(tooLong(client, command, options.timeoutMs)), options.timeoutMs);
    const abort = () => stop(signal?.reason);
    const onError = (error: Error) => {
      connectionError = error;
    };
    const settle = () => {
      clearTimeout(limit);
      clearTimeout(grace);
      signal?.removeEventListener("abort", abort);
      client.off("error", onError).off("close", onClose);
    };
    const fail = (error: unknown) => {
      settle();
      reject(error);
    };
    const stop = (reason: unknown) => {
      if (stopping !== undefined) return;
      stopping = { reason };
      clearTimeout(limit);
      const how = options.stop ?? { signal: "TERM", graceMs: 2_000 };
      if (channel === undefined) return fail(reason);
      mark.send(client, how.signal);
      giveUpAfter(how.graceMs);
    };
    const giveUpAfter = (ms: number) => {
      clearTimeout(grace);
      grace = setTimeout(() => {
        mark.send(client, "KILL");
        channel?.close();
        fail(stopping?.reason);
      }, ms);
    };
    const onClose = () => fail(stopping?.reason ?? broken(client, command, connectionError));
    const finish = () => {
      if (stopping !== undefined) return fail(stopping.reason);
      if (exit === undefined) return fail(broken(client, command, connectionError));
      settle();
      resolve({ stdout: stdout.end(), stderr: stderr.end(), ...exitCode(exit) });
    };

    if (signal?.aborted) return fail(signal.reason);
    signal?.addEventListener("abort", abort, { once: true });
    client.on("error", onError).once("close", onClose);
    const line = withEnvironment(command, options.env);
    const started = (error: Error | undefined, opened: ClientChannel) => {
      if (error !== undefined) return fail(broken(client, command, error));
      if (stopping !== undefined) {
        mark.send(client, "KILL");
        return opened.close();
      }
      channel = opened;
      options.onStarted?.();
      opened.on("exit", (code: number | null, name?: string) => {
        exit = { code, ...(name === undefined ? {} : { signal: name }) };
        if (stopping !== undefined) giveUpAfter(200);
      });
      opened.on("data", (data: Buffer) => stdout.add(data));
      opened.stderr.on("data", (data: Buffer) => stderr.add(data));
      opened.on("close", finish);
      // The command may end without reading its input.
      opened.on("error", () => {});
      opened.end(options.stdin ?? "");
    };
    try {
      client.exec(line, { env: { ...options.sshEnv, ...mark.env } }, started);
    } catch (error) {
      fail(broken(client, command, error));
    }
  });
}

function withEnvironment(command: string, env: Readonly<Record<string, string>> | undefined): string {
  const settings = Object.entries(env ?? {}).map(([name, value]) => `${name}=${value}`);
  return settings.length === 0 ? command : shellCommand(["env", ...settings, "sh", "-c", command]);
}

function exitCode(exit: { code: number | null; signal?: string }): { exitCode: number; signal?: string } {
  if (exit.code !== null) return { exitCode: exit.code };
  const name = exit.signal ?? "SIGKILL";
  const number = Object.entries(constants.signals).find(([known]) => known === name)?.[1] ?? 0;
  return { exitCode: 128 + number, signal: name };
}

function broken(client: Client, command: string, cause: unknown): LabError {
  const reason = cause instanceof Error ? `: ${cause.message}` : "";
  return new LabError({
    code: "KVM-404",
    host: hostOf(client),
    expected: `the connection to last until this command has ended: ${shown(command)}`,
    found: `the connection broke${reason}`,
    mend: `see whether ${hostOf(client)} still runs, then run the same command again`,
    cause,
  });
}

function tooLong(client: Client, command: string, timeoutMs: number): LabError {
  return new LabError({
    code: "KVM-405",
    host: hostOf(client),
    expected: `this command to end within ${timeoutMs / 1000} s: ${shown(command)}`,
    found: "it was still running and was stopped",
    mend: `look at ${hostOf(client)} (uptime, df -h, journalctl -n 50), then run the same command again`,
  });
}

function shown(command: string): string {
  return command.length > 200 ? `${command.slice(0, 200)}…` : command;
}

/** Collects output, and hands it on in pieces that never split a character. */
class TextSink {
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  readonly #pieces: string[] = [];
  readonly #onText: ((text: string) => void) | undefined;

  constructor(onText: ((text: string) => void) | undefined) {
    this.#onText = onText;
  }

  add(data: Buffer): void {
    this.#take(this.#decoder.decode(data, { stream: true }));
  }

  end(): string {
    this.#take(this.#decoder.decode());
    return this.#pieces.join("");
  }

  #take(text: string): void {
    if (text === "") return;
    this.#pieces.push(text);
    this.#onText?.(text);
  }
}
