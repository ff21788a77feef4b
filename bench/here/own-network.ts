import { join } from "node:path";
import { execa } from "execa";
import { endProcess, readIdentity } from "../../machines/hypervisor/first-process";
import { systemPath } from "../../machines/hypervisor/hypervisor-exec";
import { endsWithUs } from "../../toolchain/programs/ends-with-us";

const runner = join(__dirname, "../../toolchain/programs/run.cjs");

export interface OwnNetwork {
  /** Of the program in it, with the network's prefix. */
  readonly address: string;
  /** An existing folder for what is to be remembered of it. */
  readonly folder: string;
  /** Ends the program and all that it started. */
  readonly signal: AbortSignal;
}

/**
 * Runs a program of the project in namespaces of its own, where it may use any address: they lead nowhere. Whatever it started is
 * gone when it has ended, and so are its mounts and networks: the kernel sees to that, also when this process is killed.
 *
 * @returns its exit code
 */
export async function runInOwnNetwork(
  program: string,
  words: readonly string[],
  { address, folder, signal }: OwnNetwork,
): Promise<number> {
  const record = join(folder, "first-process");
  const end = async () => {
    const first = await readIdentity(record);
    if (first !== undefined) await endProcess(first);
  };
  const init = ["bash", join(__dirname, "place-init.sh"), record, address];
  const command = [process.execPath, runner, program, ...words];
  const namespaces = ["--mount", "--propagation", "private", "--net", "--pid", "--fork", "--kill-child"];
  signal.throwIfAborted();
  const running = execa(
    endsWithUs[0],
    [...endsWithUs.slice(1), "unshare", ...namespaces, "--", ...init, ...command],
    {
      env: { PATH: systemPath },
      stdin: "ignore",
      stdout: "inherit",
      stderr: "inherit",
      reject: false,
      // A terminal's Ctrl-C comes to this process alone, which ends the other in its own way.
      detached: true,
    },
  );
  const onAbort = () => void end();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    const { exitCode } = await running;
    return exitCode ?? 1;
  } finally {
    signal.removeEventListener("abort", onAbort);
    await end();
  }
}
