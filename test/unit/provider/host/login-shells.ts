import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A login shell, and what its user's start file prints: to both outputs, and not to a line's end. */
export interface LoginShell {
  /** What is in the user's entry of /etc/passwd. */
  readonly shell: string;
  /** The start file that it reads for a command, and its text. */
  readonly startFile?: readonly [name: string, text: string];
}

const message = (toStderr: string) => `echo Welcome, =0:begins\n${toStderr}\nprintf "no line's end"\n`;

/** tcsh is the smallest that is no POSIX shell; Debian's bash reads .bashrc for sshd's commands too. */
export const loginShells: readonly LoginShell[] = [
  { shell: "/bin/dash" },
  { shell: "/bin/bash", startFile: [".bashrc", message("echo stty: not a tty >&2")] },
  { shell: "/bin/rbash" },
  { shell: "/bin/tcsh", startFile: [".cshrc", message(`sh -c 'echo "stty: not a tty" >&2'`)] },
];

export function writeStartFile(folder: string, { startFile }: LoginShell): void {
  if (startFile !== undefined) writeFileSync(join(folder, startFile[0]), startFile[1]);
}

/** A folder with all programs of this machine except some, for a PATH. */
export function programsWithout(folder: string, left: readonly string[]): string {
  const programs = join(folder, "programs");
  mkdirSync(programs);
  for (const name of readdirSync("/usr/bin"))
    if (!left.includes(name)) symlinkSync(join("/usr/bin", name), join(programs, name));
  return programs;
}
