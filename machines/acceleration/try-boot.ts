import { execa } from "execa";

export interface BootAttempt {
  readonly program: string;
  readonly args: readonly string[];
  /** What the machine prints on its console, QEMU's standard output, once it runs. */
  readonly mark: string;
  readonly limitMs: number;
}

export interface BootOutcome {
  readonly booted: boolean;
  readonly elapsedMs: number;
  /** The last line of QEMU's own complaints; empty when it had none. */
  readonly complaint: string;
}

/**
 * Starts a machine and ends it as soon as its console shows `mark`, when QEMU ends by itself, or when the time is up.
 * A processor stuck inside the kernel's KVM does not always heed a polite signal, so it is killed.
 */
export async function tryBoot(attempt: BootAttempt): Promise<BootOutcome> {
  const started = performance.now();
  const qemu = execa(attempt.program, attempt.args, {
    reject: false,
    stdin: "ignore",
    timeout: attempt.limitMs,
    killSignal: "SIGKILL",
  });
  let booted = false;
  let seen = "";
  qemu.stdout?.on("data", (chunk: Buffer) => {
    seen = (seen + chunk.toString("latin1")).slice(-4096);
    if (booted || !seen.includes(attempt.mark)) return;
    booted = true;
    qemu.kill("SIGKILL");
  });
  const result = await qemu;
  // A program that could not even be started has no standard error; the failure itself says why.
  const failedToStart = result instanceof Error && result.exitCode === undefined && !result.signal;
  const words = failedToStart ? result.message : result.stderr;
  return {
    booted,
    elapsedMs: performance.now() - started,
    complaint: booted ? "" : (words.trim().split("\n").at(-1) ?? ""),
  };
}
