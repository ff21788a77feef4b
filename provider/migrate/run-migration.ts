import { ProviderError } from "../errors/provider-error";
import type { Clock } from "../host/clock";
import { asTyped, isUuid } from "../host/domain-name";
import type { HostConnection } from "../host/host-connection";
import type { HostPool } from "../host/host-pool";
import { type CompletedJob, parseCompletedEvent } from "../host/job-text";
import type { RunResult } from "../host/remote-shell";
import { systemVirsh } from "../host/virsh-environment";
import { Cancellation } from "./cancellation";
import type { Intervention } from "./converge";
import { EventsFile, type MigrationEvent } from "./events-file";
import { followJob } from "./follow-job";
import { migrateCommand, resumeCommand } from "./migrate-command";
import { carriedByHosts, type MigrationOptions, mayPostCopy } from "./options";
import { type JobAnswer, sampleJob } from "./sample-job";
import { Watch, watchedCommand } from "./watch";

export interface Move {
  /** Its name or its UUID, as it was given: so it is called in messages, and in the command where `typed` is left out. */
  readonly guest: string;
  /** How it is called in the command. */
  readonly typed?: string;
  /** Its UUID: by it virsh is asked for this very guest. */
  readonly uuid: string;
  /** What it is called on the source, and what on the target. */
  readonly names: { readonly from: string; readonly to: string };
  readonly from: HostConnection;
  readonly to: HostConnection;
  readonly timeoutMs: number;
  readonly options: MigrationOptions;
  /** How the guest was before the move, and should be after it. */
  readonly before: "running" | "paused" | "off";
  /** A new move, one that goes on already, or a broken post-copy that is resumed. Default `move`. */
  readonly kind?: "move" | "attach" | "recover";
}

/** What is typed on the source for it; empty where somebody else began it. */
export function commandOf({
  guest,
  typed,
  uuid,
  names,
  to,
  options,
  kind,
}: Pick<Move, "guest" | "typed" | "uuid" | "names" | "to" | "options" | "kind">): string {
  if (kind === "attach") return "";
  // By the name that was given another guest may be found there, or none: it may have been renamed.
  const called = typed ?? (isUuid(guest) ? guest : asTyped({ name: names.from, uuid }));
  return kind === "recover"
    ? resumeCommand(called, to.name, options)
    : migrateCommand(called, to.name, options);
}

export interface MigrationContext {
  readonly pool: HostPool;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Shown in place while it runs. */
  readonly status: (line: string) => void;
  /** Stays in the log. */
  readonly say: (line: string) => void;
  /** Each event of the move, whether or not a file has them. */
  readonly onEvent?: (event: MigrationEvent) => void;
}

/** How the watch over a move ended. It says what virsh said, never where the guest is: for that all hosts are looked at. */
export interface MigrationEnd {
  /** Undefined when virsh ended well, else what there is to say about it. */
  readonly complaint: string | undefined;
  /** Whether it was to be aborted: cancelled, out of time, or not converging. */
  readonly cancelled: boolean;
  /** False when the job may still go on, because the way to the source was lost. */
  readonly ended: boolean;
  /** What was done because it did not converge, in this order. */
  readonly interventions: readonly Intervention[];
  /** The job's figures as the source told them at its end, where both hosts may forget them. */
  readonly job?: CompletedJob;
}

/** How long a post-copy is watched beyond its time limit: nothing ends it from here, and it ends by itself. */
const afterSwitchMs = 3_600_000;
/** For virsh to tell of the end of a job that was aborted. */
const spareMs = 60_000;
/** How often the way to the source is tried again while a job may go on there, and the pause between: a minute in all for a host that is gone. */
const mostLost = 1;
const lostPauseMs = 2_000;

/**
 * Runs the command on the source and watches the move until the job is over there. libvirtd carries the move: a virsh that is
 * killed, or a connection that breaks, ends the watch and not the move, and the watch is taken up again. When the move is cancelled or
 * takes too long, its job is aborted, so that the guest goes on where it was; after the switch to post-copy nothing can be aborted, and
 * the end is waited for. Never throws: whatever happened, all hosts must be looked at afterwards.
 */
export async function runMigration(task: Move, context: MigrationContext): Promise<MigrationEnd> {
  const { from, to, options, kind = "move" } = task;
  const about = { guest: task.guest, from: from.name, to: to.name };
  const events = new EventsFile(options.eventsFile, about, context.say, context.onEvent);
  const watch: Watch = new Watch(task, { ...context, events, abort: (why) => cancellation.because(why) });
  const cancellation = new Cancellation(task, { ...context, events, switched: () => watch.switched });
  events.add({ phase: "start", mode: options.mode, attached: kind === "attach" });
  const complaints: string[] = [];
  let virsh: RunResult | undefined;
  let ended = false;
  try {
    if (kind !== "attach") {
      virsh = await typeCommand(task, context, watch, cancellation, complaints);
      ended = virsh !== undefined;
    }
    const mayGoOn = options.mode !== "offline" && carriedByHosts(options) && virsh?.exitCode !== 0;
    if (kind === "attach" || mayGoOn) ended = await follow(task, context, watch, cancellation);
    await watch.idle();
    const complaint = [cancellation.reason, ...complaints].filter((part) => part !== undefined).join("; ");
    events.add({ phase: "end", complaint: complaint || undefined });
    const job = virsh && parseCompletedEvent(virsh.stdout);
    return {
      complaint: complaint || undefined,
      cancelled: cancellation.reason !== undefined,
      ended,
      interventions: watch.done,
      ...(job === undefined ? {} : { job }),
    };
  } finally {
    cancellation.release();
    await events.flush();
  }
}

/** Types the command, and gives how virsh ended; undefined when that is not known. */
async function typeCommand(
  task: Move,
  context: MigrationContext,
  watch: Watch,
  cancellation: Cancellation,
  complaints: string[],
): Promise<RunResult | undefined> {
  const { from, uuid, options, timeoutMs } = task;
  const command = commandOf(task);
  const limitMs = timeoutMs + spareMs + (mayPostCopy(options) ? afterSwitchMs : 0);
  const listenSeconds = mayPostCopy(options) ? Math.ceil(limitMs / 1000) : undefined;
  const ended = new AbortController();
  if (options.mode !== "offline") void watchJob(task, context, watch, ended.signal);
  let output = "";
  try {
    const watched = watchedCommand(command, uuid, listenSeconds);
    const result = await context.pool.run(from, `${systemVirsh}\n${watched}`, {
      timeoutMs: limitMs,
      signal: cancellation.gaveUp,
      onStderr: (text) => {
        output += text;
        watch.onMessage(text);
      },
    });
    const words = withoutProgress(output);
    if (result.exitCode !== 0) complaints.push(words || `virsh ended with ${result.exitCode}`);
    return result;
  } catch (error) {
    complaints.push(reasonOf(error));
    return undefined;
  } finally {
    ended.abort(new Error("virsh ended"));
  }
}

/** Watches the job while the command goes on. A source that cannot be asked just now is asked again: the move needs no watch. */
async function watchJob(
  task: Move,
  { pool, clock }: MigrationContext,
  watch: Watch,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    // It has no job yet when it begins, and none any more after an error.
    await clock.sleep(task.options.progressSeconds * 1000, signal).catch(() => {});
    const take = (answer: JobAnswer) => {
      watch.onSampled(answer);
      return false;
    };
    if (!signal.aborted) await sampleJob(task, { pool, clock, signal }, take).catch(() => {});
  }
}

/** Follows the job on the source until there is none any more; false when that could not be seen. */
async function follow(
  task: Move,
  context: MigrationContext,
  watch: Watch,
  cancellation: Cancellation,
): Promise<boolean> {
  const { options, timeoutMs } = task;
  const limitMs = timeoutMs + spareMs + (mayPostCopy(options) || watch.switched ? afterSwitchMs : 0);
  for (let lost = 0; ; lost++) {
    const { gaveUp } = cancellation;
    const over = await followJob(task, { ...context, limitMs, gaveUp, onSampled: watch.onSampled });
    if (over) return true;
    if (gaveUp.aborted || lost === mostLost) return false;
    await context.clock.sleep(lostPauseMs);
  }
}

export function reasonOf(error: unknown): string {
  if (error instanceof ProviderError) return `${error.facts.code} ${error.facts.found}`;
  return error instanceof Error ? error.message : String(error);
}

/** virsh's own message, without its progress lines. */
export function withoutProgress(output: string): string {
  return output
    .split(/[\r\n]/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("Migration:"))
    .join("; ");
}
