import { PassThrough } from "node:stream";
import { ProviderError } from "../errors/provider-error";
import type { HostConnection } from "./host-connection";
import type { HostPool } from "./host-pool";

export interface AskOptions {
  /** For all of one question. */
  readonly timeoutMs: number;
  /** Ends the waiting, not the program. */
  readonly signal: AbortSignal;
  /** Called when the first words of the answer come. */
  readonly onBegun?: () => void;
}

/** What is written to a program, and how the end of its answer is known. */
export interface Question {
  readonly text: string;
  /** Matches what the program prints behind its answer. */
  readonly mark: RegExp;
}

/** An answer: what came before the mark, and the mark. */
export interface Answer {
  readonly text: string;
  readonly mark: RegExpExecArray;
}

interface Pending extends Question {
  onBegun: (() => void) | undefined;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** The program on the host. */
export interface Spoken {
  /** `virsh`, for messages. */
  readonly name: string;
  /** One line of shell. */
  readonly command: string;
  /** What it is when the program ends, or cannot be started. */
  readonly ended: (host: string, found: string) => ProviderError;
}

/** Nothing is without a limit; who asks again after it gets another program. */
const programMs = 3_600_000;
/** For a program whose input has ended. */
const endMs = 5_000;

/**
 * One program on a host that answers one question after the other. To start one takes an emulated host up to a second, and takes it from the
 * guests where a move goes on meanwhile.
 */
export class Conversation {
  readonly #input = new PassThrough();
  readonly #stop = new AbortController();
  readonly #ended: Promise<void>;
  readonly #pending: Pending[] = [];
  #text = "";
  #asked = 0;
  #over: ProviderError | undefined;

  /** Starts the program. `signal` ends it, as `close` does. */
  constructor(
    pool: HostPool,
    readonly host: HostConnection,
    readonly program: Spoken,
    signal?: AbortSignal,
  ) {
    const { name, command, ended } = program;
    const options = {
      stdin: this.#input,
      timeoutMs: programMs,
      signal: AbortSignal.any([this.#stop.signal, ...(signal ? [signal] : [])]),
      onStdout: (text: string) => this.#take(text),
    };
    this.#ended = pool.run(host, command, options).then(
      () => this.#end(ended(host.name, `${name} ended`)),
      (error: unknown) =>
        this.#end(error instanceof ProviderError ? error : ended(host.name, messageOf(error))),
    );
  }

  /** Whether it can be asked no more. */
  get over(): boolean {
    return this.#over !== undefined;
  }

  /** How many questions it was given so far. */
  get asked(): number {
    return this.#asked;
  }

  /** Whether somebody waits for an answer. */
  get busy(): boolean {
    return this.#pending.length > 0;
  }

  /**
   * Asks, and gives the answers in the same order.
   *
   * @throws ProviderError KVM-401 to KVM-404 the host cannot be reached (any more), KVM-405 there was no answer in time: whoever else waits
   *   hears it too, and the program is stopped. When `signal` aborts, rejects with its reason
   */
  async ask(questions: readonly Question[], { timeoutMs, signal, onBegun }: AskOptions): Promise<Answer[]> {
    signal.throwIfAborted();
    const answers = Promise.all(
      questions.map((one, index) => this.#write(one, index === 0 ? onBegun : undefined)),
    );
    // Who waits no longer must not leave it without anybody who hears of it.
    answers.catch(() => {});
    let settle = () => {};
    const givenUp = new Promise<never>((_, reject) => {
      const limit = setTimeout(() => this.#giveUp(questions, timeoutMs), timeoutMs);
      const abort = () => reject(signal.reason);
      signal.addEventListener("abort", abort, { once: true });
      settle = () => {
        clearTimeout(limit);
        signal.removeEventListener("abort", abort);
      };
    });
    try {
      return await Promise.race([answers, givenUp]);
    } finally {
      settle();
    }
  }

  /** Ends the program, which has nothing more to do. */
  async close(): Promise<void> {
    this.#input.end();
    const limit = setTimeout(() => this.#stop.abort(new Error(`${this.program.name} did not end`)), endMs);
    await this.#ended;
    clearTimeout(limit);
  }

  #write(question: Question, onBegun: (() => void) | undefined): Promise<Answer> {
    if (this.#over !== undefined) return Promise.reject(this.#over);
    this.#asked++;
    return new Promise((resolve, reject) => {
      this.#pending.push({ ...question, onBegun, resolve, reject });
      this.#input.write(question.text);
    });
  }

  #giveUp(questions: readonly Question[], timeoutMs: number): void {
    const { host, program } = this;
    const error = new ProviderError({
      code: "KVM-405",
      host: host.name,
      expected: `${program.name} to answer within ${timeoutMs / 1000} s: ${questions
        .map(({ text }) => text.trim())
        .join("; ")
        .slice(0, 200)}`,
      found: "it was still running and was stopped",
      fix: `look at ${host.name} (uptime, df -h, virsh list --all), then run the same command again`,
    });
    this.#end(error);
    this.#stop.abort(error);
  }

  #end(error: ProviderError): void {
    this.#over ??= error;
    for (const { reject } of this.#pending.splice(0)) reject(this.#over);
  }

  #take(text: string): void {
    this.#text += text;
    for (let [next] = this.#pending; next !== undefined; [next] = this.#pending) {
      if (this.#text !== "") next.onBegun?.();
      next.onBegun = undefined;
      const mark = next.mark.exec(this.#text);
      if (mark === null) return;
      this.#pending.shift();
      const answer = this.#text.slice(0, mark.index);
      this.#text = this.#text.slice(mark.index + mark[0].length);
      next.resolve({ text: answer, mark });
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
