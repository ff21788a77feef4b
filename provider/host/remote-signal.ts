import { randomBytes } from "node:crypto";
import type { Client } from "ssh2";
import { loginShellLine } from "./login-shell";
import { rootCommand } from "./root-command";
import { shellCommand } from "./shell-quote";

/**
 * How a running command is found again on its host. SSH has a message for signals, but OpenSSH refuses it for root's
 * sessions, and closing the channel leaves the command running. So each command gets a mark in its environment, which all
 * its children inherit; as an LC_ variable sshd accepts it by the AcceptEnv line that distributions ship.
 */
const variable = "LC_LAB_RUN";

const signalMarked = `for found in $(grep -lsz "^${variable}=$1\\$" /proc/[0-9]*/environ); do
  pid=\${found#/proc/}
  kill -s "$2" "\${pid%/environ}" 2>/dev/null
done`;

export type StopSignal = "INT" | "TERM" | "KILL";

export interface RunMark {
  readonly env: Readonly<Record<string, string>>;
  /** Signals the command and all that it started; `byRoot`, where root runs it. Best effort: it never fails, and does nothing where sshd took no mark. */
  send(client: Client, signal: StopSignal, byRoot: boolean): void;
}

export function markRun(): RunMark {
  const id = randomBytes(8).toString("hex");
  return {
    env: { [variable]: id },
    send(client, signal, byRoot) {
      const line = loginShellLine(`set -- ${shellCommand([id, signal])}\n${signalMarked}`);
      try {
        client.exec(byRoot ? rootCommand(line) : line, (error, channel) => {
          if (error !== undefined) return;
          channel.on("error", () => {}).resume();
          channel.stderr.resume();
          channel.end();
        });
      } catch {
        // The connection is gone, and with it any way to reach the command.
      }
    },
  };
}
