import { ProviderError } from "../errors/provider-error";
import { type AgentAnswer, parseAgentAnswer } from "./agent-answers";
import type { HostConnection } from "./host-connection";
import type { HostPool } from "./host-pool";
import { shellCommand } from "./shell-quote";
import { VirshSession } from "./virsh-session";

/** A command of QEMU's guest agent. */
export interface AgentCommand {
  readonly execute: string;
  readonly arguments?: Readonly<Record<string, string | number>>;
}

/** For one answer. An agent that is asked for nothing but small files has it at once, or is not there. */
const answerSeconds = 5;
/** The same, with what virsh and a busy host take. */
const askMs = 45_000;

/** A virsh for one guest's agent alone: nobody else waits while it is silent. */
export class AgentSession {
  readonly #virsh: VirshSession;

  constructor(
    pool: HostPool,
    host: HostConnection,
    /** Its UUID. */
    readonly guest: string,
    readonly signal: AbortSignal,
  ) {
    this.#virsh = new VirshSession(pool, host, signal);
  }

  /** Asks, and waits for the answer. Never throws: who cannot be asked is silent. */
  async ask(command: AgentCommand): Promise<AgentAnswer> {
    const json = JSON.stringify(command);
    const words = ["qemu-agent-command", this.guest, "--timeout", String(answerSeconds), json];
    try {
      const options = { timeoutMs: askMs, signal: this.signal };
      const [answer] = await this.#virsh.runAll([shellCommand(words)], options);
      return parseAgentAnswer(`${answer?.err}${answer?.out}`);
    } catch (error) {
      return { kind: "silent", words: error instanceof ProviderError ? error.facts.found : String(error) };
    }
  }

  close(): Promise<void> {
    return this.#virsh.close();
  }
}
