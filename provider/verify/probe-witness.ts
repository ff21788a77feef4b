import { ProviderError } from "../errors/provider-error";
import type { HostConnection } from "../host/host-connection";
import type { HostPool } from "../host/host-pool";
import { ProbeConnection, type ProbeEndpoint } from "../host/probe";
import type { Evidence, GuestObservation } from "./proof";

const greetingMs = 10_000;
/** A segment lost at the switch-over is sent again after 0.2, 0.4, 0.8 … s: on a busy machine the ninth try, after 51 s, arrives. */
const answerMs = 120_000;
/** The guest reads its whole sequence file: a line a second since it was first booted. */
const diskMs = 30_000;

interface Question {
  readonly observer?: HostConnection | undefined;
  readonly probe?: ProbeEndpoint | undefined;
  /** Why it is not asked, where no probe is given. */
  readonly silence?: string;
}

interface Context {
  readonly pool: HostPool;
  readonly signal: AbortSignal;
}

type AfterMove = GuestObservation &
  Pick<Evidence["after"], "connection"> & {
    /** When its first answer came, on performance.now()'s clock. */
    readonly answeredAt: number | undefined;
  };

const nothing = { probe: undefined, disk: undefined, memory: undefined, answeredAt: undefined };

/** The probe inside the guest as a witness of a move: one connection from before it until after it. */
export class ProbeWitness {
  #silence: string | undefined;
  #connection: ProbeConnection | undefined;
  /** Its own: nobody waits for an answer that is not wanted any more. */
  readonly #left = new AbortController();
  readonly #before: Promise<GuestObservation>;

  private constructor(
    readonly question: Question,
    readonly context: Context,
  ) {
    this.#before = this.#firstWords();
  }

  /** Begins to connect and to ask at once, while others look at the hosts. */
  static call(question: Question, context: Context): ProbeWitness {
    return new ProbeWitness(question, context);
  }

  /** Why there is no answer, where there is none. */
  get silence(): string | undefined {
    return this.#silence;
  }

  /** What the guest says before the move. */
  before(): Promise<GuestObservation> {
    return this.#before;
  }

  /** What it says after the move: over the same connection if that lives, else over a new one. */
  async after(): Promise<AfterMove> {
    await this.#before;
    const connection = this.#connection;
    if (!connection) return { ...nothing, connection: "lost" };
    try {
      return { ...(await ask(connection)), connection: "kept" };
    } catch {
      return { ...(await this.#askAgain()), connection: connection.wayCut ? "way-cut" : "lost" };
    }
  }

  close(): void {
    this.#left.abort(new Error("not asked any more"));
    this.#connection?.close();
  }

  #options() {
    return {
      timeoutMs: greetingMs,
      signal: AbortSignal.any([this.context.signal, this.#left.signal]),
    };
  }

  async #firstWords(): Promise<GuestObservation> {
    const { observer, probe, silence } = this.question;
    if (!observer || !probe) {
      this.#silence = silence ?? "no probe and observer are given: the guest was not asked";
      return nothing;
    }
    try {
      const { connection } = await ProbeConnection.open(this.context.pool, observer, probe, this.#options());
      this.#connection = connection;
      if (this.#left.signal.aborted) connection.close();
      const disk = await connection.disk(diskMs);
      const memory = await connection.memory(answerMs);
      return { probe: await connection.status(answerMs), disk, memory };
    } catch (error) {
      this.#silence = `the guest did not answer before the move: ${firstFound(error)}`;
      return nothing;
    }
  }

  async #askAgain(): Promise<Omit<AfterMove, "connection">> {
    const { observer, probe } = this.question;
    if (!observer || !probe) return nothing;
    try {
      const { connection } = await ProbeConnection.open(this.context.pool, observer, probe, this.#options());
      try {
        return await ask(connection);
      } finally {
        connection.close();
      }
    } catch (error) {
      this.#silence = `the guest did not answer after the move: ${firstFound(error)}`;
      return nothing;
    }
  }
}

/** The status twice: the first answer tells the time, the last the counter, which may first have to catch up with the clock. */
async function ask(connection: ProbeConnection): Promise<Omit<AfterMove, "connection">> {
  await connection.status(answerMs);
  const answeredAt = performance.now();
  const disk = await connection.disk(diskMs);
  const memory = await connection.memory(answerMs);
  return { answeredAt, disk, memory, probe: await connection.status(diskMs) };
}

function firstFound(error: unknown): string {
  if (error instanceof ProviderError) return error.facts.found;
  return error instanceof Error ? error.message : String(error);
}
