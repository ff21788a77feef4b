import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import type { RunOptions, RunResult } from "./remote-shell";

/*
 * sshd gives a command to the user's login shell, which may be fish, csh or anything else, and which may print a message of its start files before
 * the command runs. So the login shell gets one line that all of them read alike, sh runs the rest, and what comes before its mark is left out.
 */

/** What single quotes do not protect in each shell (csh: `!` and newlines; fish: `\`), or not in each locale. */
const unsafe = /[^ -~]|['\\!]/;
/** What means something to printf, or between double quotes of sh. */
const encoded = /[^ -~]|['\\!"$`%]/;

/** One line by which any login shell has sh run this script. Without arguments of its own: a script that needs some sets them. */
export function loginShellLine(script: string): string {
  if (!unsafe.test(script)) return `sh -c '${script}'`;
  const octal = (byte: number) => `\\${byte.toString(8).padStart(3, "0")}`;
  const bytes = [...Buffer.from(script)].map((byte) => {
    const character = String.fromCharCode(byte);
    return encoded.test(character) ? octal(byte) : character;
  });
  // Behind a colon no script looks like an option of printf.
  return `sh -c 'eval "$(printf ": ;${bytes.join("")}")"'`;
}

/**
 * What each command begins with. Programs' words are read by parsers that know English and decimal points; names are UTF-8. Debian leaves the
 * folders of administrators' programs out of other users' PATH.
 */
const settings = 'export LC_ALL=C.UTF-8 LANGUAGE= PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"';

/** The program that reads its script from standard input. */
const shellOfInput = "sh -s";

/**
 * Runs a command of POSIX sh, whatever the login shell is: in English and UTF-8, with administrators' programs on its PATH, and without what the login
 * printed. Where the login shell did not run it, the result is what that shell printed.
 *
 * @param run runs one line in the login shell
 */
export async function runInSh(
  command: string,
  options: RunOptions,
  run: (line: string, options: RunOptions) => Promise<RunResult>,
): Promise<RunResult> {
  const mark = `=${randomBytes(6).toString("hex")}:begins`;
  const begin = `${settings}; echo ${mark}; echo ${mark} >&2`;
  const stdout = new AfterMark(mark, options.onStdout);
  const stderr = new AfterMark(mark, options.onStderr);
  const marked: RunOptions = {
    ...options,
    shownAs: command,
    onStdout: (text) => stdout.add(text),
    onStderr: (text) => stderr.add(text),
  };
  // To start one more process takes an emulated host up to 100 ms: a shell that reads its script is there already.
  const result =
    command === shellOfInput
      ? await run(command, { ...marked, stdin: inputAfter(`${begin}\n`, options.stdin) })
      : await run(loginShellLine(`${begin}; ${command}`), marked);
  return { ...result, stdout: stdout.end(result.stdout), stderr: stderr.end(result.stderr) };
}

function inputAfter(begin: string, stdin: RunOptions["stdin"]): string | Buffer | Readable {
  if (!(stdin instanceof Readable)) return Buffer.concat([Buffer.from(begin), Buffer.from(stdin ?? "")]);
  stdin.unshift(Buffer.from(begin));
  return stdin;
}

/** One output of a command: what comes after the mark. */
class AfterMark {
  #waiting = "";
  #seen = false;

  constructor(
    readonly mark: string,
    readonly onText: ((text: string) => void) | undefined,
  ) {}

  add(text: string): void {
    if (this.#seen) {
      this.onText?.(text);
      return;
    }
    this.#waiting += text;
    const after = this.#after(this.#waiting);
    if (after === undefined) return;
    this.#seen = true;
    if (after !== "") this.onText?.(after);
  }

  /** The whole output; without a mark, all of it. */
  end(whole: string): string {
    if (!this.#seen && this.#waiting !== "") this.onText?.(this.#waiting);
    return this.#after(whole) ?? whole;
  }

  #after(text: string): string | undefined {
    const line = `${this.mark}\n`;
    const at = text.indexOf(line);
    return at < 0 ? undefined : text.slice(at + line.length);
  }
}
