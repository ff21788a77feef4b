import { constants } from "node:os";
import { execa } from "execa";

/**
 * Runs a program with this terminal and gives its exit code. Ctrl-C goes to it alone: this process waits for its end.
 */
export async function inForeground(
  program: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<number> {
  const ignore = () => undefined;
  process.on("SIGINT", ignore);
  try {
    const child = execa(program, [...args], { ...options, stdio: "inherit", reject: false });
    const passOn = (signal: NodeJS.Signals) => child.kill(signal);
    process.on("SIGTERM", passOn).on("SIGHUP", passOn);
    const result = await child;
    process.off("SIGTERM", passOn).off("SIGHUP", passOn);
    if (result.exitCode !== undefined) return result.exitCode;
    if (result.signal) return 128 + constants.signals[result.signal as NodeJS.Signals];
    throw result;
  } finally {
    process.off("SIGINT", ignore);
  }
}
