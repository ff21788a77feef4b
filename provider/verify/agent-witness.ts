import { setTimeout as sleep } from "node:timers/promises";
import { AgentSession } from "../host/agent-session";
import { type DomainOnHost, presenceOf } from "../host/domain-on-host";
import type { HostConnection } from "../host/host-connection";
import type { HostPool } from "../host/host-pool";
import { type AgentObservation, AgentSilent, hearAgent } from "./agent-observation";

interface Context {
  readonly pool: HostPool;
  readonly signal: AbortSignal;
  /** Pause between two tries after the move, in ms. Default 2000. */
  readonly pauseMs?: number;
}

/** Where an agent has just arrived, libvirt may need a moment to find it again. */
const triesAfter = 3;

/** QEMU's guest agent as a witness of a move, where the probe is none: it is asked through the host that has the guest. */
export class AgentWitness {
  #silence: string | undefined;

  constructor(
    readonly guest: string,
    readonly context: Context,
  ) {}

  /** Why there is no answer, where there is none. */
  get silence(): string | undefined {
    return this.#silence;
  }

  /** What it says before the move. A guest without an agent costs nothing: its definition tells. */
  async before(host: HostConnection, { domain }: DomainOnHost): Promise<AgentObservation | undefined> {
    const runs = presenceOf(domain) === "running";
    if (runs && domain?.agent === "connected") return this.#hear(host, "before the move");
    this.#silence = !runs
      ? "a guest agent cannot answer where its guest does not run"
      : domain?.agent === "disconnected"
        ? "no guest agent is connected"
        : "the guest has no channel for a guest agent";
    return undefined;
  }

  /** What it says after the move. It has answered before: so it is asked whatever libvirt believes by then. */
  async after(host: HostConnection): Promise<AgentObservation | undefined> {
    for (let tries = 1; ; tries++) {
      const heard = await this.#hear(host, "after the move");
      if (heard !== undefined || tries === triesAfter || this.context.signal.aborted) return heard;
      await sleep(this.context.pauseMs ?? 2_000);
    }
  }

  async #hear(host: HostConnection, when: string): Promise<AgentObservation | undefined> {
    const { pool, signal } = this.context;
    const session = new AgentSession(pool, host, this.guest, signal);
    try {
      const heard = await hearAgent(session);
      this.#silence = undefined;
      return heard;
    } catch (error) {
      if (!(error instanceof AgentSilent)) throw error;
      this.#silence = `the guest agent did not answer ${when}: ${error.message}`;
      return undefined;
    } finally {
      await session.close();
    }
  }
}
