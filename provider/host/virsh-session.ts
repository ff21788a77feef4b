import { PassThrough } from "node:stream";
import { LabError } from "../../errors/lab-error";
import type { HostConnection } from "./host-connection";
import type { HostPool } from "./host-pool";
import { libvirtSilent } from "./libvirt-silent";
import { systemVirsh } from "./virsh-environment";

/** What virsh printed on one command. */
export interface VirshAnswer {
  readonly out: string;
  /** Its `error: …` lines; empty when the command went well. */
  readonly err: string;
}

export interface AskOptions {
  /** For all commands of one question. */
  readonly timeoutMs: number;
  /** Ends the waiting, not the virsh. */
  readonly signal: AbortSignal;
}

interface Pending {
  readonly command: string;
  readonly mark: string;
  readonly resolve: (answer: VirshAnswer) => void;
  readonly reject: (error: unknown) => void;
}

/** Nothing is without a limit; who asks again after it gets another virsh. */
const sessionMs = 3_600_000;
/** For a virsh whose input has ended. */
const endMs = 5_000;

/**
 * Not --quiet: that leaves out the heads of tables. The readline of virsh repeats each line that it reads; on a terminal that is too narrow it
 * would show a part of it only. Errors come by the same way as answers, so that each stands where its answer would.
 */
const interactive = `${systemVirsh} TERM=dumb COLUMNS=32767; virsh 2>&1`;

/**
 * One virsh on a host that carries out one command after the other. To start one takes an emulated host most of a second, and takes it from
 * the guest where a move goes on meanwhile.
 */
export class VirshSession {
  readonly #input = new PassThrough();
  readonly #stop = new AbortController();
  readonly #ended: Promise<void>;
  readonly #pending: Pending[] = [];
  #text = "";
  #asked = 0;
  #over: LabError | undefined;

  /** Starts it. `signal` ends it, as `close` does. */
  constructor(
    pool: HostPool,
    readonly host: HostConnection,
    signal?: AbortSignal,
  ) {
    const options = {
      stdin: this.#input,
      timeoutMs: sessionMs,
      signal: AbortSignal.any([this.#stop.signal, ...(signal ? [signal] : [])]),
      onStdout: (text: string) => this.#take(text),
    };
    this.#ended = pool.run(host, interactive, options).then(
      () => this.#end(libvirtSilent(host.name, "virsh ended")),
      (error: unknown) =>
        this.#end(error instanceof LabError ? error : libvirtSilent(host.name, String(error))),
    );
  }

  /** Whether it can be asked no more. */
  get over(): boolean {
    return this.#over !== undefined;
  }

  /** How many commands it was given so far. */
  get asked(): number {
    return this.#asked;
  }

  /** Whether somebody waits for an answer. */
  get busy(): boolean {
    return this.#pending.length > 0;
  }

  /**
   * Has the commands carried out, and gives their answers in the same order. A command must be plain ASCII: in the C locale readline takes
   * other characters for keys. Call a guest by its UUID.
   *
   * @throws LabError KVM-401 to KVM-404 the host cannot be reached (any more), KVM-405 there was no answer in time, KVM-610 virsh ended.
   *   When `signal` aborts, rejects with its reason
   */
  async ask(commands: readonly string[], { timeoutMs, signal }: AskOptions): Promise<VirshAnswer[]> {
    signal.throwIfAborted();
    const answers = Promise.all(commands.map((command) => this.#write(command)));
    // Who waits no longer must not leave it without anybody who hears of it.
    answers.catch(() => {});
    let settle = () => {};
    const given = new Promise<never>((_, reject) => {
      const limit = setTimeout(() => this.#giveUp(commands, timeoutMs), timeoutMs);
      const abort = () => reject(signal.reason);
      signal.addEventListener("abort", abort, { once: true });
      settle = () => {
        clearTimeout(limit);
        signal.removeEventListener("abort", abort);
      };
    });
    try {
      return await Promise.race([answers, given]);
    } finally {
      settle();
    }
  }

  /** Ends virsh, which has nothing more to do. */
  async close(): Promise<void> {
    this.#input.end();
    const limit = setTimeout(() => this.#stop.abort(new Error("virsh did not end")), endMs);
    await this.#ended;
    clearTimeout(limit);
  }

  #write(command: string): Promise<VirshAnswer> {
    if (this.#over !== undefined) return Promise.reject(this.#over);
    const mark = `=answered-${++this.#asked}`;
    return new Promise((resolve, reject) => {
      this.#pending.push({ command, mark, resolve, reject });
      this.#input.write(`${command}\necho ${mark}\n`);
    });
  }

  #giveUp(commands: readonly string[], timeoutMs: number): void {
    const error = new LabError({
      code: "KVM-405",
      host: this.host.name,
      expected: `virsh to answer within ${timeoutMs / 1000} s: ${commands.join("; ").slice(0, 200)}`,
      found: "it was still at it and was stopped",
      fix: `look at ${this.host.name} (uptime, df -h, virsh list --all), then run the same command again`,
    });
    this.#end(error);
    this.#stop.abort(error);
  }

  #end(error: LabError): void {
    this.#over ??= error;
    for (const { reject } of this.#pending.splice(0)) reject(this.#over);
  }

  #take(text: string): void {
    this.#text += text;
    for (let [next] = this.#pending; next !== undefined; [next] = this.#pending) {
      const said = this.#before(next);
      if (said === undefined) return;
      this.#pending.shift();
      next.resolve(answerIn(said, next));
    }
  }

  /** What was printed before the mark. No line ends what virsh's `echo` prints: the next prompt follows at once. */
  #before({ mark }: Pending): string | undefined {
    const found = new RegExp(`(?:^|${prompt})${mark}(?!\\d)`, "m").exec(this.#text);
    if (found === null) return undefined;
    const text = this.#text.slice(0, found.index);
    this.#text = this.#text.slice(found.index + found[0].length);
    return text;
  }
}

const prompt = "virsh # ";

/** The answer alone: without virsh's welcome, without prompts, and without the two lines that readline may repeat. */
function answerIn(said: string, { command, mark }: Pending): VirshAnswer {
  let out = said.slice(said.indexOf(prompt) + prompt.length);
  if (out.startsWith(`${command}\n`)) out = out.slice(command.length + 1);
  const repeated = `${prompt}echo ${mark}\n`;
  if (out.endsWith(repeated)) out = out.slice(0, -repeated.length);
  const err = /^(?:error: .*(?:\n|$))+/.exec(out)?.[0] ?? "";
  return { out: out.slice(err.length), err };
}
