import { shellCommand } from "./shell-quote";

/** $1 a line of shell. Who is root already needs no sudo, which may not even be there. */
const byRoot = 'if [ "$(id -u)" = 0 ]; then exec sh -c "$1"; fi; exec sudo -n -H -- sh -c "$1"';

/** A line of shell with root's rights: a password is never asked for, and root's home is HOME. */
export function rootCommand(command: string): string {
  return shellCommand(["sh", "-c", byRoot, "sh", command]);
}
