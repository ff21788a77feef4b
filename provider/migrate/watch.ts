import type { HostPool } from "../host/host-pool";
import { type JobSample, parseJobSample } from "../host/job-text";
import { shellCommand } from "../host/shell-quote";
import { systemVirsh } from "../host/virsh-environment";
import { latestPercent } from "../host/virsh-text";
import { type CarriedOut, converge, follow, type Intervention, type Progress } from "./converge";
import { type EventsFile, eventOf } from "./events-file";
import { progressLine } from "./progress-line";
import type { Move } from "./run-migration";
import type { JobAnswer } from "./sample-job";

/**
 * libvirt forgets the figures of a guest that ran on the target before all its memory was there: the target drops them
 * (qemuMigrationDstComplete), and the source the guest. All that is left is the event, told once, to who listens.
 */
function listener(guest: string, limitSeconds: number): string {
  const words = ["virsh", "-q", "event", "--domain", guest, "--event", "job-completed"];
  return shellCommand(["setsid", "nice", "-n", "10", ...words, "--timeout", String(limitSeconds)]);
}

/** The event comes before virsh's end, by another way: at most two seconds are given to it. */
const whenHeard = `heard=20
while [ $code = 0 ] && [ $heard -gt 0 ] && kill -0 $listener 2>/dev/null; do sleep 0.1; heard=$((heard - 1)); done
kill $listener 2>/dev/null`;

/**
 * The move as one line of shell, and where it may go over to post-copy what listens for its end: all that the move says comes by the standard
 * error, the event by the standard output.
 *
 * @param listenSeconds how long to listen at most. Default: not at all
 */
export function watchedCommand(command: string, guest: string, listenSeconds?: number): string {
  const listens = listenSeconds !== undefined;
  return [
    ...(listens ? [`${listener(guest, listenSeconds)} 2>/dev/null & listener=$!`] : []),
    `{ ${command}; } >&2`,
    ...(listens ? ["code=$?", whenHeard, "exit $code"] : []),
  ].join("\n");
}

interface WatchContext {
  readonly pool: HostPool;
  readonly status: (line: string) => void;
  readonly say: (line: string) => void;
  readonly events: EventsFile;
  /** Ends the move, for this reason. */
  readonly abort: (why: string) => void;
}

/** Long enough for a virsh on an emulated host. */
const actMs = 30_000;
/** A policy that cannot be carried out ends as one that aborts. */
const mostRefusals = 3;

/** Follows a move while it runs, shows it, and does what the policy says about one that does not converge. */
export class Watch {
  #switched = false;
  readonly #done: CarriedOut[] = [];
  #said = "";
  #percent: number | undefined;
  #progress: Progress | undefined;
  #refusals = 0;
  #acting: Promise<void> = Promise.resolve();

  constructor(
    readonly task: Move,
    readonly context: WatchContext,
  ) {}

  /** What was done to the move, in this order. */
  get done(): readonly Intervention[] {
    return this.#done.map(({ intervention }) => intervention);
  }

  /** Whether the guest is known to run on the target before all of its memory is there. */
  get switched(): boolean {
    return this.#switched;
  }

  /** virsh's own progress: all there is until the first sample. */
  readonly onMessage = (text: string): void => {
    this.#said = (this.#said + text).slice(-200);
    const percent = latestPercent(this.#said);
    if (this.#progress !== undefined || percent === undefined || percent === this.#percent) return;
    this.#percent = percent;
    this.context.status(`migrating ${this.task.guest} to ${this.task.to.name}: ${percent}%`);
    this.context.events.add({ phase: "pre-copy", percent });
  };

  readonly onSampled = ({ job, state }: JobAnswer): void => {
    if (state.includes("(post-copy")) this.#switched = true;
    const sample = parseJobSample(job);
    if (sample !== undefined) this.#take(sample);
  };

  #take(said: JobSample): void {
    const { task, context } = this;
    // Until the first page is asked for, the figures alone do not tell it.
    const sample = { ...said, postCopy: said.postCopy || this.#switched };
    this.#progress = follow(this.#progress, sample);
    this.#switched ||= sample.postCopy || task.kind === "recover";
    context.status(progressLine(task.guest, task.to.name, sample));
    context.events.add(eventOf(sample));
    if (task.kind === "recover") return;
    // What is being done right now is among what was done already: nothing is done twice.
    const intervention = converge(this.#progress, task.options, this.#done);
    if (intervention !== undefined) this.#acting = this.#intervene(intervention, sample.elapsedMs);
  }

  /** Ends when nothing is being done to the move any more. The evaluation of the move waits for it: a late suspend counts too. */
  idle(): Promise<void> {
    return this.#acting;
  }

  async #intervene(intervention: Intervention, atMs: number): Promise<void> {
    const { task, context } = this;
    const carriedOut = { intervention, atMs };
    this.#done.push(carriedOut);
    context.events.add({ phase: "intervention", ...intervention });
    if (intervention.act === "abort") {
      const { why, stalled } = intervention;
      context.abort(stalled ? `${why}; aborted` : `not converging: ${why}; aborted (convergence.action)`);
      return;
    }
    const command = shellCommand(interventionCommand(task.uuid, intervention));
    context.say(`on ${task.from.name}, ${intervention.why}: ${command}`);
    const options = { timeoutMs: actMs, signal: AbortSignal.timeout(actMs) };
    // Who did not answer may have done it; who refused did not, and is asked again at the next sample if it is still wanted.
    const refused = await context.pool.run(task.from, `${systemVirsh}; ${command}`, options).then(
      ({ exitCode }) => exitCode !== 0,
      () => false,
    );
    if (!refused) return;
    this.#done.splice(this.#done.indexOf(carriedOut), 1);
    if (++this.#refusals < mostRefusals) return;
    const why = `${intervention.why}, and ${mostRefusals} times refused: ${command}`;
    await this.#intervene({ act: "abort", why }, atMs);
  }
}

/** As a student would type it. */
export function interventionCommand(guest: string, intervention: Intervention): string[] {
  switch (intervention.act) {
    case "abort":
      return ["virsh", "domjobabort", guest];
    case "pause":
      return ["virsh", "suspend", guest];
    case "postCopy":
      return ["virsh", "migrate-postcopy", guest];
    case "maxDowntime":
      return ["virsh", "migrate-setmaxdowntime", guest, String(intervention.downtimeMs)];
  }
}
