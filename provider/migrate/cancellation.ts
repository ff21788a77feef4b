import type { Clock } from "../host/clock";
import type { HostConnection } from "../host/host-connection";
import type { HostPool } from "../host/host-pool";
import { shellCommand } from "../host/shell-quote";
import { systemVirsh } from "../host/virsh-environment";
import type { EventsFile } from "./events-file";
import { carriedByHosts, type MigrationOptions, mayPostCopy } from "./options";

interface CancelledMove {
  readonly guest: string;
  readonly uuid: string;
  readonly from: HostConnection;
  readonly to: HostConnection;
  readonly timeoutMs: number;
  readonly options: MigrationOptions;
}

interface Context {
  readonly pool: HostPool;
  readonly clock: Clock;
  /** Aborted when the deployment is cancelled. */
  readonly signal: AbortSignal;
  readonly status: (line: string) => void;
  readonly say: (line: string) => void;
  readonly events: EventsFile;
  /** Whether the guest runs on the target before all of its memory is there. */
  readonly switched: () => boolean;
}

/** How long libvirt and virsh have to end by themselves after the job was aborted. */
const graceMs = 20_000;
const againMs = 500;
/** The copy of a post-copy that goes on needs the processor more. */
const postCopyAgainMs = 5_000;

/** In a line of the log: whoever reads it waits, because the move ends by itself and in no other way. */
export const cannotBeAborted = "cannot be aborted any more";
/** In the same line, where the end of this program would break the move. */
export const needsThisProgram = "this program carries it and must not be killed";

/** How a move is brought to its end before its time. virsh itself knows Ctrl-C at a terminal only, and no signal. */
export class Cancellation {
  readonly #gaveUp = new AbortController();
  readonly #stopTimer: () => void;
  #released = false;
  #reason: string | undefined;

  constructor(
    readonly task: CancelledMove,
    readonly context: Context,
  ) {
    const late = `not done within ${task.timeoutMs / 1000} s (timeoutSeconds), and aborted`;
    this.#stopTimer = context.clock.later(task.timeoutMs, () => this.because(late));
    context.signal.addEventListener("abort", this.#onAbort, { once: true });
    if (context.signal.aborted) this.#onAbort();
  }

  /** Why it was cancelled; undefined when it was not. */
  get reason(): string | undefined {
    return this.#reason;
  }

  /** Aborted when virsh is not waited for any more. Never after the switch: virsh may be what carries the move. */
  get gaveUp(): AbortSignal {
    return this.#gaveUp.signal;
  }

  release(): void {
    this.#released = true;
    this.#stopTimer();
    this.context.signal.removeEventListener("abort", this.#onAbort);
  }

  readonly #onAbort = () => {
    const { reason } = this.context.signal;
    this.because(reason instanceof Error ? reason.message : String(reason));
  };

  because(reason: string): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.context.status(`aborting the move of ${this.task.guest}`);
    this.context.events.add({ phase: "aborting", reason });
    void this.#abort();
  }

  /** Again and again: virsh may still be on its way to the target, with no job yet that could be aborted. */
  async #abort(): Promise<void> {
    const { task, context } = this;
    const { clock, say, switched } = context;
    const begun = clock.now();
    const pauseMs = mayPostCopy(task.options) ? postCopyAgainMs : againMs;
    // A virsh that carries a post-copy itself must not go before the move has ended.
    const mayGiveUp = carriedByHosts(task.options) || !mayPostCopy(task.options);
    while (!this.#released && !this.gaveUp.aborted) {
      if (switched()) {
        const carrier = carriedByHosts(task.options) ? "the hosts finish it" : needsThisProgram;
        say(
          `${task.guest} runs on ${task.to.name} already, and fetches the rest of its memory: the move ${cannotBeAborted}; ${carrier}; waiting`,
        );
        return;
      }
      await abortJob(task, context.pool);
      await clock.sleep(pauseMs);
      if (mayGiveUp && !switched() && clock.now() - begun > graceMs)
        this.#gaveUp.abort(new Error("virsh did not end"));
    }
  }
}

/** Tells libvirt to give the job up; without a job there is nothing to do. Best effort: the next look shows what came of it. */
export async function abortJob(
  { from, uuid }: Pick<CancelledMove, "from" | "uuid">,
  pool: HostPool,
): Promise<void> {
  const signal = AbortSignal.timeout(graceMs);
  const command = `${systemVirsh}; ${shellCommand(["virsh", "domjobabort", uuid])}`;
  await pool.run(from, command, { timeoutMs: graceMs, signal }).catch(() => {});
}
