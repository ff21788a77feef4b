import { mkdir, open, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { projectFolder } from "./lab-stack";

/** How a `./lab` of its own ended. */
export interface LabProcessResult {
  readonly exitCode: number;
  /** What it printed on standard output; empty where that went to the log. */
  readonly stdout: string;
  readonly seconds: number;
  /** Why it failed, in a line; empty when it did not. */
  readonly failure: string;
}

/**
 * Runs `./lab` as a process of its own, with a limit: what fails there leaves this one untouched. It ends with this process.
 *
 * @param log the file that everything it prints is added to
 */
export async function labProcess(
  words: readonly string[],
  { log, limitSeconds, keepsOutput = false }: { log: string; limitSeconds: number; keepsOutput?: boolean },
): Promise<LabProcessResult> {
  await mkdir(dirname(log), { recursive: true });
  const file = await open(log, "a");
  const began = performance.now();
  try {
    await file.write(`\n${new Date().toISOString()} ./lab ${words.join(" ")}\n`);
    const { size } = await file.stat();
    // Not execa's timeout: it sets Node's as well, and where that one ends the process first, execa tells a signal, not a timeout.
    const limit = AbortSignal.timeout(limitSeconds * 1000);
    const { exitCode, stdout } = await execa(join(projectFolder, "lab"), [...words], {
      stdio: ["ignore", keepsOutput ? "pipe" : file.fd, file.fd],
      reject: false,
      signal: limit,
    });
    const seconds = (performance.now() - began) / 1000;
    const told = async () => (await readFile(log)).subarray(size).toString();
    const failure =
      exitCode === 0
        ? ""
        : limit.aborted
          ? `not done within ${limitSeconds} s`
          : errorIn(await told()) || `exit code ${exitCode}`;
    return { exitCode: exitCode ?? 1, stdout: stdout ?? "", seconds, failure };
  } finally {
    await file.close();
  }
}

/** The last error that `./lab` told, in a line: its code, and what was found. */
export function errorIn(text: string): string {
  const errors = [
    ...text.matchAll(/^(KVM-\d{3}) on .*\n(?: {2}expected: .*\n(?: {4}.*\n)*)? {2}found: +(.*)$/gm),
  ];
  const [, code, found] = errors.at(-1) ?? [];
  return code === undefined ? (/^Unexpected error, .*$/m.exec(text)?.[0] ?? "") : `${code}: ${found}`;
}
