import { execa } from "execa";
import type { Hypervisor } from "./hypervisor";

const defaultTimeoutMs = 30_000;

export interface ExecOptions {
  /** After this the program is ended. Default 30 s. */
  readonly timeoutMs?: number;
  /** Ends the program when it fires. */
  readonly signal?: AbortSignal;
}

export interface ExecResult {
  readonly stdout: string;
  readonly stderr: string;
  /** undefined when the program was ended by a signal, the time limit's included, or could not be started. */
  readonly exitCode: number | undefined;
}

/** The machine's search path, whatever the user's is: libvirt's and iproute2's programs are in sbin. */
export const systemPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * The command that runs `argv` inside the hypervisor's namespaces, for callers that hand it a terminal. Inside,
 * `virsh` reaches the lab's libvirtd without any address. The program ends when the caller does.
 */
export function hypervisorCommand(hypervisor: Pick<Hypervisor, "pid">, argv: readonly string[]): string[] {
  const namespaces = ["--target", String(hypervisor.pid), "--mount", "--net", "--pid", "--wd=/"];
  return ["nsenter", ...namespaces, "--", "setpriv", "--pdeathsig", "TERM", "--", ...argv];
}

/**
 * Runs a program inside the hypervisor's namespaces: virsh, ip, ping … A non-zero exit code is no error here.
 * Take the hypervisor from findHypervisor just before: its process id is only good while it runs.
 */
export async function inHypervisor(
  hypervisor: Pick<Hypervisor, "pid">,
  argv: readonly string[],
  options: ExecOptions = {},
): Promise<ExecResult> {
  const [program = "", ...args] = hypervisorCommand(hypervisor, argv);
  const result = await execa(program, args, {
    reject: false,
    timeout: options.timeoutMs ?? defaultTimeoutMs,
    // Not an empty text: a program that ends before it has read that counts as one that failed (EPIPE).
    stdin: "ignore",
    env: { PATH: systemPath, LC_ALL: "C" },
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  // A program that was ended or never started has no exit code, whatever execa's types say.
  const exitCode: number | undefined = result.exitCode;
  return { stdout: result.stdout ?? "", stderr: result.stderr ?? "", exitCode };
}
