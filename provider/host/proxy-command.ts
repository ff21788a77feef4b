import { spawn } from "node:child_process";
import { Duplex } from "node:stream";
import { ProviderError } from "../errors/provider-error";

/** A shell's exit codes for a command that is not there or may not be run: the next try would find it so, too. */
const neverStarts = [126, 127];

/**
 * Starts OpenSSH's `ProxyCommand` and gives its standard input and output as one stream, from the first byte that it brings.
 *
 * @throws ProviderError KVM-412 there is no such command; an Error where it ends, or brings nothing in time
 */
export function openByCommand(
  host: string,
  command: string,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const child = spawn("sh", ["-c", `exec ${command}`], { stdio: "pipe" });
    let said = "";
    const limit = setTimeout(
      () => fail(new Error(`ProxyCommand brought nothing in ${(timeoutMs / 1000).toFixed(1)} s`)),
      timeoutMs,
    );
    const abort = () => fail(signal?.reason);
    const settle = () => {
      clearTimeout(limit);
      signal?.removeEventListener("abort", abort);
      child.off("close", ended).stdout.off("readable", begun);
    };
    const fail = (error: unknown) => {
      settle();
      child.kill();
      reject(error);
    };
    const ended = (code: number | null) => fail(endedEarly(host, command, code, said.trim()));
    const begun = () => {
      // It is readable at its end, too.
      if (child.stdout.readableLength === 0) return;
      settle();
      const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
      stream.once("close", () => child.kill());
      resolve(stream);
    };
    child.on("error", fail).on("close", ended);
    // What it cannot read any more is told by its end.
    child.stdin.on("error", () => {});
    child.stderr.on("data", (text: Buffer) => {
      said = `${said}${text}`.slice(-400);
    });
    child.stdout.on("readable", begun);
    if (signal?.aborted) return abort();
    signal?.addEventListener("abort", abort, { once: true });
  });
}

function endedEarly(host: string, command: string, code: number | null, said: string): Error {
  const found = `ProxyCommand ended with ${code ?? "a signal"}${said === "" ? "" : `: ${said}`}`;
  if (code === null || !neverStarts.includes(code)) return new Error(found);
  return new ProviderError({
    code: "KVM-412",
    host,
    expected: `the ProxyCommand of OpenSSH's configuration to lead to the host: ${command}`,
    found,
    fix: "run the command where the provider runs; correct ProxyCommand in the configuration",
  });
}
