import type { HostConnection } from "../host/host-connection";
import type { HostPool } from "../host/host-pool";
import { ProbeConnection, type ProbeDisk, type ProbeEndpoint, type ProbeStatus } from "../host/probe";

const greetingMs = 10_000;
/** A segment lost at the switch-over is sent again after 0.2, 0.4, 0.8 … s: on a busy machine the seventh or eighth try arrives. */
const answerMs = 60_000;
const diskMs = 30_000;

interface Question {
  readonly observer?: HostConnection | undefined;
  readonly probe?: ProbeEndpoint | undefined;
}

/** The probe inside the guest as a witness of a move: one connection from before it until after it. */
export class ProbeWitness {
  #silence: string | undefined;

  private constructor(
    readonly pool: HostPool,
    readonly question: Question,
    readonly signal: AbortSignal,
    readonly connecting: Promise<{ connection: ProbeConnection; greeting: ProbeStatus } | undefined>,
  ) {}

  /** Begins to connect at once, while others look at the hosts. */
  static call(
    question: Question,
    context: { readonly pool: HostPool; readonly signal: AbortSignal },
  ): ProbeWitness {
    const { observer, probe } = question;
    const options = { timeoutMs: greetingMs, signal: context.signal };
    const connecting =
      observer && probe
        ? ProbeConnection.open(context.pool, observer, probe, options)
        : Promise.resolve(undefined);
    const witness = new ProbeWitness(
      context.pool,
      question,
      context.signal,
      connecting.catch((error: unknown) => {
        witness.#silence = `the guest did not answer before the move: ${firstFound(error)}`;
        return undefined;
      }),
    );
    if (!observer || !probe) witness.#silence = "no probe and observer are given: the guest was not asked";
    return witness;
  }

  /** Why there is no answer, where there is none. */
  get silence(): string | undefined {
    return this.#silence;
  }

  /** What the guest says before the move. */
  async before(): Promise<ProbeStatus | undefined> {
    const connected = await this.connecting;
    return connected?.connection.status(answerMs).catch(() => connected.greeting);
  }

  /** What it says after the move: over the same connection if that lives, else over a new one. */
  async after(): Promise<{
    readonly probe: ProbeStatus | undefined;
    readonly disk: ProbeDisk | undefined;
    readonly sameConnection: boolean;
  }> {
    const connected = await this.connecting;
    if (!connected) return { probe: undefined, disk: undefined, sameConnection: false };
    try {
      return { ...(await ask(connected.connection)), sameConnection: true };
    } catch {
      return { ...(await this.askAnew()), sameConnection: false };
    }
  }

  async close(): Promise<void> {
    (await this.connecting)?.connection.close();
  }

  private async askAnew(): Promise<{ probe: ProbeStatus | undefined; disk: ProbeDisk | undefined }> {
    const { observer, probe } = this.question;
    if (!observer || !probe) return { probe: undefined, disk: undefined };
    const options = { timeoutMs: answerMs, signal: this.signal };
    try {
      const { connection } = await ProbeConnection.open(this.pool, observer, probe, options);
      try {
        return await ask(connection);
      } finally {
        connection.close();
      }
    } catch (error) {
      this.#silence = `the guest did not answer after the move: ${firstFound(error)}`;
      return { probe: undefined, disk: undefined };
    }
  }
}

async function ask(connection: ProbeConnection): Promise<{ probe: ProbeStatus; disk: ProbeDisk }> {
  const probe = await connection.status(answerMs);
  return { probe, disk: await connection.disk(diskMs) };
}

function firstFound(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return /found:\s+(.*)/.exec(text)?.[1] ?? text;
}
