import { setTimeout as sleep } from "node:timers/promises";
import { LabError } from "../../errors/lab-error";
import type { HostConnection } from "../host/host-connection";
import type { HostPool } from "../host/host-pool";
import { type CompletedJob, parseCompletedEvent } from "../host/job-text";
import { shellCommand } from "../host/shell-quote";
import { systemVirsh } from "../host/virsh-environment";
import type { Intervention } from "./converge";
import { EventsFile, type MigrationEvent } from "./events-file";
import { migrateCommand, resumeCommand } from "./migrate-command";
import { type MigrationOptions, mayPostCopy } from "./options";
import { Watch, watchedCommand } from "./watch";

export interface Move {
  /** Its name or its UUID, as it was given: so it is called in every command. */
  readonly guest: string;
  /** What it is called on the source, and what on the target. */
  readonly names: { readonly from: string; readonly to: string };
  readonly from: HostConnection;
  readonly to: HostConnection;
  readonly timeoutMs: number;
  readonly options: MigrationOptions;
  /** How the guest was before the move, and shall be after it. */
  readonly before: "running" | "paused" | "off";
  /** Takes a broken post-copy up again instead of beginning anew. */
  readonly takeUp?: boolean;
}

/** What is typed on the source for it. */
export function commandOf({
  guest,
  to,
  options,
  takeUp,
}: Omit<Move, "names" | "timeoutMs" | "before">): string {
  return takeUp ? resumeCommand(guest, to.name, options) : migrateCommand(guest, to.name, options);
}

export interface MoveContext {
  readonly pool: HostPool;
  readonly signal: AbortSignal;
  /** Shown in place while it runs. */
  readonly status: (line: string) => void;
  /** Stays in the log. */
  readonly say: (line: string) => void;
  /** Each event of the move, whether or not a file has them. */
  readonly onEvent?: (event: MigrationEvent) => void;
}

/** How virsh ended. It says what virsh believes, never where the guest is: for that both hosts are looked at. */
export interface VirshEnd {
  /** Undefined when virsh ended well, else what there is to say about it. */
  readonly complaint: string | undefined;
  /** Whether we ended it ourselves: cancelled, or out of time. */
  readonly calledOff: boolean;
  /** False when virsh may still be running, because the way to it was lost. */
  readonly ended: boolean;
  /** What was done because it did not converge, in this order. */
  readonly interventions: readonly Intervention[];
  /** The job's figures as the source told them at its end, where both hosts may forget them. */
  readonly job?: CompletedJob;
}

/** How long libvirt and virsh have to end by themselves after the job was aborted. */
const abortGraceMs = 20_000;
/**
 * A guest that runs on the target already has its memory on both hosts: who ends that virsh, ends the guest. It ends by
 * itself when the last page has come, or when the connection breaks.
 */
const postCopyGraceMs = 3_600_000;
const abortAgainMs = 500;
/** After the switch to post-copy libvirt refuses it, and the copy needs the processor more. */
const postCopyAbortAgainMs = 5_000;

/**
 * Runs the course's command and waits for its end. When the move is called off or takes too long, its job is aborted, so
 * that the guest goes on where it was. Never throws: whatever happened, both hosts must be looked at afterwards.
 */
export async function move(task: Move, context: MoveContext): Promise<VirshEnd> {
  const { guest, from, to, options } = task;
  let output = "";
  const about = { guest, from: from.name, to: to.name };
  const events = new EventsFile(options.eventsFile, about, context.say, context.onEvent);
  const end = new Ending(task, context, events);
  const watch = new Watch(task, { ...context, events, abort: (why) => end.because(why) });
  const said = (text: string) => {
    output += text;
    watch.onSaid(text);
  };
  events.add({ phase: "start", mode: options.mode });
  const ended = async (words: readonly string[], known: boolean): Promise<VirshEnd> => {
    await watch.idle();
    const complaint = joined([end.reason, ...words]);
    events.add({ phase: "end", complaint });
    return { complaint, calledOff: end.reason !== undefined, ended: known, interventions: watch.done };
  };
  try {
    const command = commandOf(task);
    const timeoutMs = task.timeoutMs + 2 * graceMs(task);
    const watching = {
      everySeconds: options.progressSeconds,
      ...(mayPostCopy(options) ? { listenSeconds: Math.ceil(timeoutMs / 1000) } : {}),
    };
    const watched = options.mode === "offline" ? `${command} >&2` : watchedCommand(command, guest, watching);
    const result = await context.pool.run(from, `${systemVirsh}\n${watched}`, {
      timeoutMs,
      signal: end.killed,
      onStdout: watch.onSampled,
      onStderr: said,
    });
    const words = withoutProgress(output);
    const failed = result.exitCode === 0 ? [] : [words || `virsh ended with ${result.exitCode}`];
    const job = parseCompletedEvent(result.stdout);
    return { ...(await ended(failed, true)), ...(job === undefined ? {} : { job }) };
  } catch (error) {
    // Only an end that we asked for is known to be one.
    return await ended([reasonOf(error)], end.reason !== undefined);
  } finally {
    end.release();
    await events.flush();
  }
}

function graceMs({ options }: Move): number {
  return mayPostCopy(options) ? postCopyGraceMs : abortGraceMs;
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
    readonly events: EventsFile,
  ) {
    const late = `not done within ${task.timeoutMs / 1000} s (timeoutSeconds), and aborted`;
    this.#limit = setTimeout(() => this.because(late), task.timeoutMs);
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

  readonly #onAbort = () => this.because(reasonOf(this.context.signal.reason));

  because(reason: string): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.context.status(`aborting the move of ${this.task.guest}`);
    this.events.add({ phase: "aborting", reason });
    void this.#abort();
    this.#grace = setTimeout(() => this.#kill.abort(new Error("virsh did not end")), graceMs(this.task));
  }

  /** Again and again: virsh may still be on its way to the target, with no job yet that could be aborted. */
  async #abort(): Promise<void> {
    const pauseMs = mayPostCopy(this.task.options) ? postCopyAbortAgainMs : abortAgainMs;
    while (!this.#released && !this.killed.aborted) {
      await abortJob(this.task, this.context.pool);
      await sleep(pauseMs);
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
