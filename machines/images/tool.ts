import { execa, type Options } from "execa";
import { LabError } from "../../errors/lab-error";
import { withAllOfIt } from "../../toolchain/programs/ends-with-us";

/** No step of an image takes longer on a slow disk; the slowest is the installation of Debian's packages. */
const stepTimeoutMs = 15 * 60_000;

/**
 * Runs one program of an image's making; its end without success is an error with its last words. It ends when this process is
 * killed, and what it has mounted is gone with it: whoever clears its folder away later must not find the machine's own /proc and /sys there.
 */
export async function tool(program: string, args: readonly string[], options: Options = {}): Promise<string> {
  const [first, ...own] = withAllOfIt;
  const result = await execa(first, [...own, program, ...args], {
    timeout: stepTimeoutMs,
    ...options,
    encoding: "utf8",
    reject: false,
  });
  if (result.exitCode === 0) return result.stdout;
  const words = `${result.stderr}\n${result.stdout}`.trim().split("\n").slice(-5).join("; ");
  const full = /No space left on device|ENOSPC/.test(words);
  throw new LabError({
    code: full ? "KVM-356" : "KVM-355",
    expected: full
      ? "4 GiB of free disk for the images"
      : `${program} to finish, as a step of making an image`,
    found: result.timedOut
      ? `no end after ${stepTimeoutMs / 60_000} minutes`
      : words || "it could not be started",
    fix: full
      ? "free some disk, or set KVMLAB_CACHE to a folder on a larger one, then run the same command again"
      : "check the network and Debian's mirror (apt-get update), then run the same command again",
  });
}

/** Compiles C for a machine of the lab: one program that needs nothing beside it. */
export async function compileC(sources: readonly string[], program: string): Promise<void> {
  const strict = ["-Wall", "-Wextra", "-Werror"];
  await tool("gcc", ["-static", "-Os", ...strict, "-s", "-pthread", "-o", program, ...sources]);
}
