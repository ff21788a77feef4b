import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { type ExecaChildProcess, execa } from "execa";
import { bootingHosts } from "kvmlab-provider/host/until-it-answers";
import { cannotBeAborted, needsThisProgram } from "kvmlab-provider/migrate/cancellation";
import { LabError } from "../errors/lab-error";
import type { PulumiToolchain } from "../toolchain/pulumi";
import { onCancel, wasCancelled } from "./cancellation";
import { engineError } from "./engine-errors";
import { parseResourceLine, type ResourceLine } from "./engine-lines";
import { type LabStack, projectFolder } from "./lab-stack";
import { endLeftovers, labMark } from "./leftovers";

/** A whole lab is built in two minutes where all is well; an emulated one on a loaded machine may need ten. */
const operationLimitMs = 40 * 60_000;
const quickLimitMs = 120_000;
/** How long a cancelled engine may take to stop what runs and to write its state. */
const cancelGraceMs = 60_000;
/** How long to listen on when the engine has ended. */
const lastWordsMs = 3_000;

export interface PulumiContext {
  readonly toolchain: PulumiToolchain;
  readonly stack: LabStack;
  /** The private hypervisor's record, for the program; undefined with any other hypervisor. */
  readonly hypervisorRecord?: string | undefined;
  /** Servers that were just started: the provider waits for them. Default: none. */
  readonly booting?: readonly string[] | undefined;
}

export function pulumiEnvironment(context: PulumiContext): Record<string, string> {
  const { toolchain, stack, hypervisorRecord, booting = [] } = context;
  return {
    ...toolchain.env,
    PULUMI_STACK: stack.name,
    ...(hypervisorRecord === undefined ? {} : { KVMLAB_HYPERVISOR: hypervisorRecord }),
    ...(booting.length === 0 ? {} : { [bootingHosts]: booting.join(" ") }),
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
  const what = `pulumi ${args.slice(0, 2).join(" ")}`;
  if (result.timedOut) throw tookTooLong(what, quickLimitMs);
  throw engineError(what, `${result.stdout}\n${result.stderr}`);
}

/** What `operate` tells of while the engine works. */
export interface OperationListener {
  readonly onLine: (line: ResourceLine) => void;
  /** What happens to the run as a whole: that it is being cancelled. */
  readonly onNotice: (message: string) => void;
}

/**
 * Runs up, destroy or refresh to its end, telling of each resource as it goes. The first Ctrl-C cancels: the engine
 * finishes or aborts what it is at and writes its state, for a minute at most. The second one ends it at once. A move after its switch to
 * post-copy cannot be aborted: then no limit counts, and the second Ctrl-C leaves the hosts to finish it. All that the engine says is kept
 * in the lab's pulumi.log.
 *
 * @throws LabError KVM-903 when it fails, KVM-904 when it was cancelled, KVM-909 when it takes longer than 40 minutes, KVM-643 when it was
 *   left while the hosts finish a move, and the lab's own errors as they came out of the program and the plugins
 */
export async function operate(
  context: PulumiContext,
  args: readonly string[],
  { onLine, onNotice }: OperationListener,
): Promise<void> {
  const { stack } = context;
  const what = `pulumi ${args[0]}`;
  const engine = new Interruptible(startEngine(context, args));
  let [cancelled, left] = [false, false];
  const stopListening = onCancel(() => {
    if (cancelled && engine.finishing === "by this program")
      return onNotice("this program carries the move, and to end it now would break the guest: waiting");
    left = cancelled && engine.finishing === "by the hosts";
    if (left) onNotice("leaving: the hosts finish the move");
    else
      onNotice(
        cancelled ? "ending at once" : "cancelling: Pulumi writes its state; Ctrl-C again ends it at once",
      );
    cancelled = true;
    if (left) engine.kill();
    else engine.interrupt();
  });
  let late = false;
  const limit = setTimeout(() => {
    late = true;
    engine.interrupt();
  }, operationLimitMs);
  try {
    const output = await follow(engine.process, logFile(stack), (line) => {
      engine.hear(line.message);
      onLine(line);
    });
    const { exitCode } = await engine.process;
    if (cancelled || late) await endLeftovers(stack);
    if (left) throw leftToTheHosts(stack);
    if (cancelled) throw wasCancelled(nextSteps(stack));
    if (late) throw tookTooLong(what, operationLimitMs, logFile(stack));
    if (exitCode !== 0) throw engineError(what, output, logFile(stack));
  } finally {
    clearTimeout(limit);
    stopListening();
  }
}

function startEngine(context: PulumiContext, args: readonly string[]): ExecaChildProcess {
  const { stack } = context;
  const common = ["--yes", "--skip-preview", "--non-interactive", "--color", "never"];
  const where = ["--stack", stack.name, "--config-file", stack.configFile];
  return execa(context.toolchain.pulumi, [...args, ...where, ...common], {
    cwd: projectFolder,
    env: { ...pulumiEnvironment(context), [labMark]: stack.folder },
    reject: false,
    all: true,
    // Its output goes by in a stream; keeping it a second time has no use.
    buffer: false,
    // Ctrl-C on the terminal is for ./lab, which passes it on once.
    detached: true,
  });
}

/** Reads what the engine says until it has ended. */
async function follow(
  engine: ExecaChildProcess,
  log: string,
  onLine: (line: ResourceLine) => void,
): Promise<string> {
  const said: string[] = [];
  await mkdir(dirname(log), { recursive: true });
  const file = createWriteStream(log, { mode: 0o600 });
  // A full disk is told by what fails of it; the log is only a help.
  file.on("error", () => undefined);
  const lines = engine.all && createInterface({ input: engine.all });
  lines?.on("line", (line) => {
    said.push(line);
    file.write(`${line}\n`);
    const parsed = parseResourceLine(line);
    if (parsed) onLine(parsed);
  });
  const heardAll = lines && once(lines, "close");
  await engine;
  // A plugin that outlives a killed engine keeps the pipe open.
  await Promise.race([heardAll, sleep(lastWordsMs, undefined, { ref: false })]);
  lines?.close();
  file.end();
  return said.join("\n");
}

/** The engine, and how it is brought to its end before its time. */
class Interruptible {
  #killing: NodeJS.Timeout | undefined;
  #finishing: "by the hosts" | "by this program" | undefined;

  constructor(readonly process: ExecaChildProcess) {}

  /** Who finishes a move that cannot be aborted any more; undefined while there is none. */
  get finishing(): "by the hosts" | "by this program" | undefined {
    return this.#finishing;
  }

  /** SIGINT twice ends the engine at once; what does not end by itself is killed, and its plugins by endLeftovers. */
  interrupt(): void {
    this.process.kill("SIGINT");
    if (this.#finishing === undefined) this.#killing ??= setTimeout(() => this.kill(), cancelGraceMs).unref();
  }

  /** A move that can only be waited for is given all the time that it needs. */
  hear(message: string): void {
    if (!message.includes(cannotBeAborted)) return;
    this.#finishing = message.includes(needsThisProgram) ? "by this program" : "by the hosts";
    clearTimeout(this.#killing);
  }

  kill(): void {
    this.process.kill("SIGKILL");
  }
}

function leftToTheHosts(stack: LabStack): LabError {
  return new LabError({
    code: "KVM-643",
    expected: "the move to come to its end before the command",
    found:
      "it was told twice to end; the guest runs on its target already, and the hosts finish the move by themselves",
    fix: `./lab status ${stack.name} shows how it ended; ./lab up ${stack.name} goes on from there`,
  });
}

function nextSteps(stack: LabStack): string {
  return `./lab up ${stack.name} goes on from here; ./lab down ${stack.name} removes it`;
}

function logFile(stack: LabStack): string {
  return join(stack.folder, "pulumi.log");
}

function tookTooLong(what: string, limitMs: number, log?: string): LabError {
  return new LabError({
    code: "KVM-909",
    expected: `${what} to end within ${limitMs / 60_000} minutes`,
    found: `it had to be stopped${log ? `; its output: ${log}` : ""}`,
    fix: "look with ./lab status at what does not answer, then run the same command again: it goes on from here",
  });
}
