import { PassThrough } from "node:stream";
import { LabError } from "../../errors/lab-error";
import { type AgentAnswer, parseAgentAnswer } from "./agent-answers";
import type { HostConnection } from "./host-connection";
import type { HostPool } from "./host-pool";
import { shellCommand } from "./shell-quote";
import { systemVirsh } from "./virsh-environment";

/** A command of QEMU's guest agent. */
export interface AgentCommand {
  readonly execute: string;
  readonly arguments?: Readonly<Record<string, string | number>>;
}

/** For one answer. An agent that is asked for nothing but small files has it at once, or is not there. */
const answerSeconds = 5;
const sessionMs = 45_000;

/** One virsh on a host, which carries out one command to the agent after the other: starting it takes longest. */
export class AgentSession {
  readonly #input = new PassThrough();
  readonly #stop = new AbortController();
  readonly #ended: Promise<void>;
  #text = "";
  #asked = 0;
  #over: string | undefined;
  #heard = () => {};

  constructor(
    pool: HostPool,
    host: HostConnection,
    /** Its name or its UUID. */
    readonly guest: string,
    signal: AbortSignal,
  ) {
    const options = {
      stdin: this.#input,
      timeoutMs: sessionMs,
      signal: AbortSignal.any([signal, this.#stop.signal]),
      onStdout: (text: string) => {
        this.#text += text;
        this.#heard();
      },
    };
    // One way out for both, so that an error stands where the answer would.
    this.#ended = pool.run(host, `${systemVirsh}; virsh -q 2>&1`, options).then(
      () => this.#end("virsh ended"),
      (error: unknown) => this.#end(error instanceof LabError ? error.facts.found : String(error)),
    );
  }

  /** Asks, and waits for the answer. Never throws: who cannot be asked is silent. */
  async ask(command: AgentCommand): Promise<AgentAnswer> {
    const mark = `=answered-${++this.#asked}`;
    const json = JSON.stringify(command);
    const words = ["qemu-agent-command", this.guest, "--timeout", String(answerSeconds), json];
    this.#input.write(`${shellCommand(words)}\necho ${mark}\n`);
    for (;;) {
      const text = this.#before(mark);
      if (text !== undefined) return parseAgentAnswer(text);
      if (this.#over !== undefined) return { kind: "silent", words: this.#over };
      await new Promise<void>((resolve) => {
        this.#heard = resolve;
      });
    }
  }

  /** Ends virsh, which has nothing more to do. */
  async close(): Promise<void> {
    this.#input.end();
    const limit = setTimeout(() => this.#stop.abort(new Error("virsh did not end")), answerSeconds * 1000);
    await this.#ended;
    clearTimeout(limit);
  }

  #end(why: string): void {
    this.#over = why;
    this.#heard();
  }

  /**
   * What was printed before the mark, without it. virsh repeats what it reads behind its prompt, and no line ends what its `echo`
   * prints: the next prompt follows at once.
   */
  #before(mark: string): string | undefined {
    const found = new RegExp(`(?:^|virsh # )${mark}(?!\\d)`, "m").exec(this.#text);
    if (found === null) return undefined;
    const text = this.#text.slice(0, found.index);
    this.#text = this.#text.slice(found.index + found[0].length);
    return text;
  }
}
