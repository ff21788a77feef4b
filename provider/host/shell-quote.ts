import { quote } from "shlex";

/**
 * One line of POSIX shell that runs exactly these arguments: the only place where values become shell.
 * Nothing in an argument is special to the shell afterwards, not even newlines or quotes.
 */
export function shellCommand(argv: readonly string[]): string {
  return argv.map((argument) => quote(argument)).join(" ");
}

/** A value as a person types it into a command: as it is, unless a shell would take it for something else. */
export function asWord(value: string): string {
  return quote(value);
}
