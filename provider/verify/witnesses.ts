import type { DomainOnHost } from "../host/domain-on-host";
import type { HostConnection } from "../host/host-connection";
import type { HostPool } from "../host/host-pool";
import type { ProbeEndpoint } from "../host/probe";
import type { AgentObservation } from "./agent-observation";
import { AgentWitness } from "./agent-witness";
import { ProbeWitness } from "./probe-witness";
import type { GuestObservation } from "./proof";

interface Question {
  readonly guest: string;
  readonly observer?: HostConnection | undefined;
  readonly probe?: ProbeEndpoint | undefined;
  /** Why the probe is not asked, where none is given. */
  readonly silence?: string;
}

interface Context {
  readonly pool: HostPool;
  readonly signal: AbortSignal;
}

/** Those inside the guest that tell of it before and after a move: its probe, and its agent where the probe says nothing. */
export class Witnesses {
  readonly #agent: AgentWitness;
  #agentSpoke = false;

  private constructor(
    readonly probe: ProbeWitness,
    question: Question,
    context: Context,
  ) {
    this.#agent = new AgentWitness(question.guest, context);
  }

  /** Begins to ask the probe at once, while others look at the hosts. */
  static call(question: Question, context: Context): Witnesses {
    return new Witnesses(ProbeWitness.call(question, context), question, context);
  }

  /** Why the probe says nothing, and why the agent, where they do not. */
  get silence(): { readonly noProbe: string | undefined; readonly noAgent: string | undefined } {
    return { noProbe: this.probe.silence, noAgent: this.#agent.silence };
  }

  async before(host: HostConnection, seen: DomainOnHost): Promise<GuestObservation> {
    const words = await this.probe.before();
    if (words.probe !== undefined) return words;
    const agent = await this.#agent.before(host, seen);
    this.#agentSpoke = agent !== undefined;
    return { ...words, agent };
  }

  /** What the agent says after the move, where it spoke before: a word alone proves nothing. */
  async agentAfter(host: HostConnection): Promise<AgentObservation | undefined> {
    return this.#agentSpoke ? this.#agent.after(host) : undefined;
  }

  close(): void {
    this.probe.close();
  }
}
