import { resolve } from "node:path";
import { type ExecaChildProcess, execa } from "execa";

const project = resolve(__dirname, "../..");

/** The stack that the tests build: their own lab beside whatever else runs on this machine. */
export const stack = "test";

/** The verbs that take the lab's name as an option, because what follows them is a command's own. */
const takesOption = new Set(["ssh", "virsh", "pulumi", "check", "hint", "solve", "catch-up", "submit"]);

export interface LabResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly all: string;
}

/** Runs ./lab as a user does, with a limit. */
export async function lab(args: readonly string[], limitSeconds = 600): Promise<LabResult> {
  const { exitCode, stdout, stderr, all } = await start(args, limitSeconds);
  return { exitCode, stdout, stderr, all: all ?? "" };
}

/** Starts ./lab and gives its process, for those who want to interrupt it. */
export function start(args: readonly string[], limitSeconds = 600): ExecaChildProcess {
  const [verb = "", ...rest] = args;
  const named = takesOption.has(verb) ? [verb, "--lab", stack, ...rest] : args;
  return execa(`${project}/lab`, named, { reject: false, all: true, timeout: limitSeconds * 1000, cwd: "/" });
}

/** The last line of a command's output that is JSON. */
export function jsonOf(result: LabResult): unknown {
  const line = result.stdout
    .split("\n")
    .findLast((candidate) => candidate.startsWith("{") || candidate.startsWith("["));
  if (line === undefined) throw new Error(`no JSON in:\n${result.all}`);
  return JSON.parse(line);
}

export async function gitStatus(): Promise<string> {
  return (await execa("git", ["status", "--porcelain"], { cwd: project })).stdout;
}
