import type { ResourceLog } from "kvmlab-provider/protocol/engine-log";
import type { PropertyMap } from "kvmlab-provider/protocol/property-values";
import { flag, text } from "./property-reader";

/** What local and remote commands have in common. */
export interface CommandOutput {
  readonly stdout: string;
  readonly stderr: string;
}

/** The kernel's limit of one environment string is 128 KiB; a longer output is left out instead of failing the command. */
const longestVariable = 100_000;

/** The outputs of the last create or update, as environment variables of the next command. */
export function previousOutput(inputs: PropertyMap, state: PropertyMap): Record<string, string> {
  if (flag(inputs, "addPreviousOutputInEnv") === false) return {};
  const variables = {
    PULUMI_COMMAND_STDOUT: text(state, "stdout") ?? "",
    PULUMI_COMMAND_STDERR: text(state, "stderr") ?? "",
  };
  return Object.fromEntries(
    Object.entries(variables).filter(
      ([, value]) => value !== "" && Buffer.byteLength(value) <= longestVariable,
    ),
  );
}

/** Outputs lose their last newline, and only that one. */
export function trimmed(output: CommandOutput): CommandOutput {
  return { stdout: output.stdout.replace(/\n$/, ""), stderr: output.stderr.replace(/\n$/, "") };
}

/** Errors travel in a header of limited size: what a command said last is what matters most. */
const longestReport = 8_000;

export function commandFailed(how: string, command: string, output: string): Error {
  const left = output.length - longestReport;
  const shown = left > 0 ? `(${left} characters before this left out)\n${output.slice(left)}` : output;
  return new Error(`${how}: running ${JSON.stringify(command.slice(0, longestReport))}:\n${shown}`);
}

/** Hands output on line by line while it comes, as far as `logging` asks for it. */
export class LineLog {
  readonly #log: ResourceLog;
  readonly #wanted: { readonly stdout: boolean; readonly stderr: boolean };
  readonly #partial = { stdout: "", stderr: "" };
  #everything = "";

  constructor(log: ResourceLog, logging: string | undefined) {
    const both = logging === undefined || logging === "stdoutAndStderr";
    this.#log = log;
    this.#wanted = { stdout: both || logging === "stdout", stderr: both || logging === "stderr" };
  }

  /** Both outputs, mixed as they came. */
  get everything(): string {
    return this.#everything;
  }

  add(from: "stdout" | "stderr", text: string): void {
    this.#everything += text;
    if (!this.#wanted[from]) return;
    const lines = (this.#partial[from] + text).split(/\r?\n/);
    this.#partial[from] = lines.pop() ?? "";
    for (const line of lines) this.#log.status(line);
  }

  async end(): Promise<void> {
    for (const from of ["stdout", "stderr"] as const) {
      if (this.#partial[from] !== "") this.#log.status(this.#partial[from]);
      this.#partial[from] = "";
    }
    await this.#log.flush();
  }
}
