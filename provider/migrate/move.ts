import { setTimeout as sleep } from "node:timers/promises";
import { LabError } from "../../errors/lab-error";
import type { HostConnection } from "../host/host-connection";
import type { HostPool } from "../host/host-pool";
import { shellCommand } from "../host/shell-quote";
import { systemVirsh } from "../host/virsh-environment";
import { latestPercent } from "../host/virsh-text";
import { migrateCommand } from "./migrate-command";

export interface Move {
  readonly guest: string;
  readonly from: HostConnection;
  readonly to: HostConnection;
  readonly timeoutMs: number;
}

export interface MoveContext {
  readonly pool: HostPool;
  readonly signal: AbortSignal;
  /** Shown in place while it runs. */
  readonly status: (line: string) => void;
}

/** How virsh ended. It says what virsh believes, never where the guest is: for that both hosts are looked at. */
export interface VirshEnd {
  /** Undefined when virsh ended well, else what there is to say about it. */
  readonly complaint: string | undefined;
  /** Whether we ended it ourselves: cancelled, or out of time. */
  readonly calledOff: boolean;
  /** False when virsh may still be running, because the way to it was lost. */
  readonly ended: boolean;
}

/** How long libvirt and virsh have to end by themselves after the job was aborted. */
const abortGraceMs = 20_000;
const abortAgainMs = 500;

/**
 * Runs the course's command and waits for its end. When the move is called off or takes too long, its job is aborted, so
 * that the guest goes on where it was. Never throws: whatever happened, both hosts must be looked at afterwards.
 */
export async function move(task: Move, context: MoveContext): Promise<VirshEnd> {
  let output = "";
  let shown: number | undefined;
  const show = (text: string) => {
    output += text;
    const percent = latestPercent(output);
    if (percent === undefined || percent === shown) return;
    shown = percent;
    context.status(`migrating ${task.guest} to ${task.to.name}: ${percent}%`);
  };
  const end = new Ending(task, context);
  try {
    const command = migrateCommand(task.guest, task.to.name);
    const result = await context.pool.run(task.from, `${systemVirsh}; ${command}`, {
      timeoutMs: task.timeoutMs + 2 * abortGraceMs,
      signal: end.killed,
      onStdout: show,
      onStderr: show,
    });
    const words = withoutProgress(output);
    const said = result.exitCode === 0 ? [] : [words || `virsh ended with ${result.exitCode}`];
    return { complaint: joined([end.reason, ...said]), calledOff: end.reason !== undefined, ended: true };
  } catch (error) {
    // Only an end that we asked for is known to be one.
    const calledOff = end.reason !== undefined;
    return { complaint: joined([end.reason, reasonOf(error)]), calledOff, ended: calledOff };
  } finally {
    end.release();
  }
}

/** How a move is brought to its end before its time. virsh itself knows Ctrl-C at a terminal only, and no signal. */
class Ending {
  readonly #kill = new AbortController();
  readonly #limit: NodeJS.Timeout;
  #grace: NodeJS.Timeout | undefined;
  #released = false;
  #reason: string | undefined;

  constructor(
    readonly task: Move,
    readonly context: MoveContext,
  ) {
    const late = `not done within ${task.timeoutMs / 1000} s (timeoutSeconds), and aborted`;
    this.#limit = setTimeout(() => this.#end(late), task.timeoutMs);
    context.signal.addEventListener("abort", this.#onAbort, { once: true });
    if (context.signal.aborted) this.#onAbort();
  }

  /** Why it was ended; undefined when it was not. */
  get reason(): string | undefined {
    return this.#reason;
  }

  /** Aborted when virsh itself has to go. */
  get killed(): AbortSignal {
    return this.#kill.signal;
  }

  release(): void {
    this.#released = true;
    clearTimeout(this.#limit);
    clearTimeout(this.#grace);
    this.context.signal.removeEventListener("abort", this.#onAbort);
  }

  readonly #onAbort = () => this.#end(reasonOf(this.context.signal.reason));

  #end(reason: string): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.context.status(`aborting the move of ${this.task.guest}`);
    void this.#abort();
    this.#grace = setTimeout(() => this.#kill.abort(new Error("virsh did not end")), abortGraceMs);
  }

  /** Again and again: virsh may still be on its way to the target, with no job yet that could be aborted. */
  async #abort(): Promise<void> {
    while (!this.#released && !this.killed.aborted) {
      await abortJob(this.task, this.context.pool);
      await sleep(abortAgainMs);
    }
  }
}

/** Tells libvirt to give the job up; without a job there is nothing to do. Best effort: the next look shows what came of it. */
export async function abortJob(task: Move, pool: HostPool): Promise<void> {
  const signal = AbortSignal.timeout(abortGraceMs);
  const command = `${systemVirsh}; ${shellCommand(["virsh", "domjobabort", task.guest])}`;
  await pool.run(task.from, command, { timeoutMs: abortGraceMs, signal }).catch(() => {});
}

function reasonOf(error: unknown): string {
  if (error instanceof LabError) return `${error.facts.code} ${error.facts.found}`;
  return error instanceof Error ? error.message : String(error);
}

function joined(parts: readonly (string | undefined)[]): string | undefined {
  const said = parts.filter((part) => part !== undefined);
  return said.length === 0 ? undefined : said.join("; ");
}

/** virsh's own words, without its progress lines. */
export function withoutProgress(output: string): string {
  return output
    .split(/[\r\n]/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("Migration:"))
    .join("; ");
}
