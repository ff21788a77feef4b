import { quote } from "shlex";

/**
 * One line of POSIX shell that runs exactly these arguments: the only place where values become shell.
 * Nothing in an argument is special to the shell afterwards, not even newlines or quotes.
 */
export function shellCommand(argv: readonly string[]): string {
  return argv.map((argument) => quote(argument)).join(" ");
}
