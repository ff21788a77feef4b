import { createInterface } from "node:readline";
import { type ExecaChildProcess, execa } from "execa";
import { LabError } from "../errors/lab-error";
import type { PulumiToolchain } from "../toolchain/pulumi";
import { complaints, parseResourceLine, type ResourceLine } from "./engine-lines";
import { type LabStack, projectFolder } from "./lab-stack";
import { labMark } from "./leftovers";

/** A whole lab is built in two minutes where all is well; an emulated one on a loaded machine may need ten. */
const operationLimitMs = 40 * 60_000;
const quickLimitMs = 120_000;
/** How long a cancelled engine may take to stop what runs and to write its state. */
const cancelGraceMs = 60_000;

export interface PulumiContext {
  readonly toolchain: PulumiToolchain;
  readonly stack: LabStack;
  /** The private hypervisor's record, for the program; undefined with any other hypervisor. */
  readonly hypervisorRecord?: string | undefined;
}

export function pulumiEnvironment(context: PulumiContext): Record<string, string> {
  const { toolchain, stack, hypervisorRecord } = context;
  return {
    ...toolchain.env,
    [labMark]: stack.folder,
    ...(hypervisorRecord === undefined ? {} : { KVMLAB_HYPERVISOR: hypervisorRecord }),
  };
}

/** Runs a short command of the engine and gives its standard output. */
export async function pulumi(
  context: PulumiContext,
  args: readonly string[],
  cwd = projectFolder,
): Promise<string> {
  const result = await execa(context.toolchain.pulumi, [...args, "--non-interactive"], {
    cwd,
    env: pulumiEnvironment(context),
    reject: false,
    timeout: quickLimitMs,
  });
  if (result.exitCode === 0) return result.stdout;
  throw engineFailed(`pulumi ${args.slice(0, 2).join(" ")}`, `${result.stdout}\n${result.stderr}`);
}

/**
 * Runs up, destroy or refresh to its end, telling of each resource as it goes. The first Ctrl-C cancels: the engine
 * finishes or aborts what it is at and writes its state.
 *
 * @throws LabError KVM-903 when it fails, KVM-904 when it was cancelled
 */
export async function operate(
  context: PulumiContext,
  args: readonly string[],
  onLine: (line: ResourceLine) => void,
): Promise<string> {
  const { stack } = context;
  const child = execa(
    context.toolchain.pulumi,
    [
      ...args,
      "--stack",
      stack.name,
      "--config-file",
      stack.configFile,
      "--yes",
      "--skip-preview",
      "--non-interactive",
      "--color",
      "never",
    ],
    {
      cwd: projectFolder,
      env: pulumiEnvironment(context),
      reject: false,
      all: true,
      timeout: operationLimitMs,
      detached: true,
    },
  );
  let cancelled = false;
  const cancel = () => {
    cancelled = true;
    interrupt(child);
  };
  process.on("SIGINT", cancel);
  process.on("SIGTERM", cancel);
  let output = "";
  if (child.all) {
    createInterface({ input: child.all }).on("line", (line) => {
      output += `${line}\n`;
      const parsed = parseResourceLine(line);
      if (parsed) onLine(parsed);
    });
  }
  const result = await child;
  process.off("SIGINT", cancel);
  process.off("SIGTERM", cancel);
  if (cancelled) throw wasCancelled(stack);
  if (result.exitCode === 0) return output;
  throw engineFailed(`pulumi ${args[0]}`, output);
}

function interrupt(child: ExecaChildProcess): void {
  child.kill("SIGINT");
  setTimeout(() => child.kill("SIGKILL"), cancelGraceMs).unref();
}

function wasCancelled(stack: LabStack): LabError {
  return new LabError({
    code: "KVM-904",
    expected: "the run to come to its end",
    found: "it was cancelled; what was finished by then stays",
    mend: `./lab up ${stack.name} goes on from here; ./lab down ${stack.name} removes it`,
  });
}

function engineFailed(what: string, output: string): LabError {
  const found = complaints(output);
  const ours = /^(KVM-\d{3}) on (.*)$/.exec(found[0] ?? "");
  if (ours) return new PassedOn(found.join("\n"));
  return new LabError({
    code: "KVM-903",
    expected: `${what} to succeed`,
    found: found.join("; "),
    mend: "mend what it says, then run the same command again; KVMLAB_DEBUG=1 shows all of the engine's output",
    cause: new Error(output),
  });
}

/** One of the lab's own errors, as it came out of the engine: told in its own words. */
class PassedOn extends LabError {
  constructor(text: string) {
    super({ code: "KVM-903", expected: "", found: text, mend: "" });
    this.message = text;
  }
}
