import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { ProviderError } from "../errors/provider-error";
import type { HostConnection } from "../host/host-connection";
import type { HostPool } from "../host/host-pool";
import { shellCommand } from "../host/shell-quote";

/** An emulated host takes a second or two to start perl. */
const startMs = 20_000;
/** For its last lines, when it was told to end. */
const endMs = 5_000;

export interface ScriptPlace {
  readonly pool: HostPool;
  readonly host: HostConnection;
  /** It ends by itself after this time, whatever becomes of us. */
  readonly limitSeconds: number;
}

/** A script of perl that runs on a host for as long as a move is measured, and is talked with line by line. */
export class ScriptOnHost {
  readonly #input = new PassThrough();
  readonly #stop = new AbortController();
  readonly #lines: string[] = [];
  readonly #ended: Promise<void>;
  #part = "";
  #heard = () => {};
  #told = false;
  #broken: string | undefined;
  /** Fulfilled at its first line, and when there will be none. */
  readonly ready: Promise<void>;

  constructor(
    /** Who it is, in what is told of it. */
    readonly who: string,
    file: string,
    args: readonly (number | string)[],
    readonly place: ScriptPlace,
    readonly onLine: (line: string) => void,
  ) {
    this.ready = new Promise((resolve) => {
      this.#heard = resolve;
      setTimeout(resolve, startMs).unref();
    });
    this.#input.write(readFileSync(join(__dirname, file)));
    this.#ended = this.#run([...args, place.limitSeconds].map(String)).finally(() => this.#heard());
  }

  /** What it has said so far. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** Why it ended before it was told to; undefined when it did not. */
  get broken(): string | undefined {
    return this.#broken;
  }

  /** False until it has begun, when perl would take a line for more of the script; and when it was told to end. */
  get listens(): boolean {
    return this.#lines.length > 0 && !this.#told;
  }

  tell(line: string): void {
    this.#input.write(`${line}\n`);
  }

  /** Tells it to end, and waits for its last lines. */
  async end(): Promise<void> {
    this.#told = true;
    this.#input.end();
    const limit = setTimeout(() => this.#stop.abort(new Error("it did not end")), endMs);
    await this.#ended;
    clearTimeout(limit);
  }

  async #run(args: readonly string[]): Promise<void> {
    const { pool, host, limitSeconds } = this.place;
    try {
      const { exitCode, stderr } = await pool.run(host, shellCommand(["perl", "-", ...args]), {
        stdin: this.#input,
        timeoutMs: (limitSeconds + 60) * 1000,
        signal: this.#stop.signal,
        onStdout: (text) => this.#take(text),
      });
      if (this.#told) return;
      const words = stderr.trim().replaceAll(/\s*\n\s*/g, "; ");
      this.#broken = `${this.who} on ${host.name} ended early: ${words || `exit code ${exitCode}`}`;
    } catch (error) {
      const why = error instanceof ProviderError ? error.facts.found : String(error);
      if (!this.#told) this.#broken = `${this.who} on ${host.name} could not go on: ${why}`;
    }
  }

  #take(text: string): void {
    this.#part += text;
    const lines = this.#part.split("\n");
    this.#part = lines.pop() ?? "";
    for (const line of lines) {
      this.#lines.push(line);
      this.onLine(line);
    }
    if (lines.length > 0) this.#heard();
  }
}
