import { spawn } from "node:child_process";
import { TextSink } from "kvmlab-provider/host/text-sink";
import type { PropertyMap } from "kvmlab-provider/protocol/property-values";
import { commandFailed, LineLog, previousOutput, trimmed } from "../command-run";
import { text, textMap, texts } from "../property-reader";
import type { Step } from "../resource";
import { archiveOf, assetsOf } from "./found-files";

/** After this a command that was told to end is killed. */
const graceMs = 2_000;

/** Runs a command on this machine, in its own process group, so that all of it can be stopped. */
export async function runLocally(
  command: string,
  inputs: PropertyMap,
  state: PropertyMap,
  step: Step,
): Promise<PropertyMap> {
  const given = texts(inputs, "interpreter") ?? [];
  const [program = "/bin/sh", ...rest] = given.length > 0 ? given : ["/bin/sh", "-c"];
  const lines = new LineLog(step.log, text(inputs, "logging"));
  const folder = text(inputs, "dir") ?? process.cwd();
  try {
    const { how, ...output } = await execute([program, ...rest, command], {
      folder,
      env: { ...process.env, ...textMap(inputs, "environment"), ...previousOutput(inputs, state) },
      stdin: text(inputs, "stdin") ?? "",
      lines,
      signal: step.signal,
    });
    if (how !== undefined) throw commandFailed(how, command, lines.everything);
    return {
      ...trimmed(output),
      ...(await assetsOf(folder, texts(inputs, "assetPaths"))),
      ...(await archiveOf(folder, texts(inputs, "archivePaths"))),
    };
  } finally {
    await lines.end();
  }
}

interface Execution {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly stdin: string;
  readonly lines: LineLog;
  readonly signal: AbortSignal;
}

/** `how` says how the command failed; undefined when it did not. */
function execute(
  argv: readonly [string, ...string[]],
  { folder, env, stdin, lines, signal }: Execution,
): Promise<{ stdout: string; stderr: string; how: string | undefined }> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const [program, ...args] = argv;
    const child = spawn(program, args, { cwd: folder, env, detached: true, stdio: "pipe" });
    const stdout = new TextSink((piece) => lines.add("stdout", piece));
    const stderr = new TextSink((piece) => lines.add("stderr", piece));
    child.stdout.on("data", (data: Buffer) => stdout.add(data));
    child.stderr.on("data", (data: Buffer) => stderr.add(data));
    let grace: NodeJS.Timeout | undefined;
    const kill = (name: NodeJS.Signals) => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, name);
      } catch {
        // It has ended by itself.
      }
    };
    const stop = () => {
      kill("SIGTERM");
      grace = setTimeout(() => kill("SIGKILL"), graceMs);
    };
    const settle = () => {
      clearTimeout(grace);
      signal.removeEventListener("abort", stop);
    };
    signal.addEventListener("abort", stop, { once: true });
    // The command may end without reading its input.
    child.stdin.on("error", () => {});
    child.stdin.end(stdin);
    child.once("error", (error) => {
      settle();
      reject(new Error(`cannot run ${program} in ${folder}: ${error.message}`, { cause: error }));
    });
    child.once("close", (code, name) => {
      settle();
      if (signal.aborted) return reject(signal.reason);
      const how = name !== null ? `signal: ${name}` : code === 0 ? undefined : `exit status ${code}`;
      resolve({ stdout: stdout.end(), stderr: stderr.end(), how });
    });
  });
}
