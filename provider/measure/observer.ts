import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { LabError } from "../../errors/lab-error";
import type { HostConnection } from "../host/host-connection";
import type { HostPool } from "../host/host-pool";
import type { ProbeEndpoint } from "../host/probe";
import { shellCommand } from "../host/shell-quote";
import { parseSample } from "./sample";

/** An emulated host takes a second or two to start perl. */
const startMs = 20_000;
/** For its last lines, when it was told to end. */
const endMs = 5_000;

export interface Observation {
  readonly pool: HostPool;
  readonly host: HostConnection;
  readonly probe: ProbeEndpoint;
  readonly intervalMs: number;
  readonly requestsPerSecond: number;
  /** It ends by itself after this time, whatever becomes of us. */
  readonly limitSeconds: number;
}

/** The script that watches the guest from a third host, running there. What it writes is kept as it comes. */
export class Observer {
  readonly #input = new PassThrough();
  readonly #stop = new AbortController();
  readonly #lines: string[] = [];
  readonly #pings = new Map<string, number>();
  readonly #ended: Promise<void>;
  #part = "";
  #heard = () => {};
  #told = false;
  #broken: string | undefined;
  /** Fulfilled at its first line, and when there will be none. */
  readonly ready: Promise<void>;

  constructor(readonly observation: Observation) {
    this.ready = new Promise((resolve) => {
      this.#heard = resolve;
      setTimeout(resolve, startMs).unref();
    });
    this.#input.write(readFileSync(join(__dirname, "observe.pl")));
    this.#ended = this.#run().finally(() => this.#heard());
  }

  /** Its lines so far, and what this machine knows of its clock. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** Why it ended before it was told to; undefined when it did not. */
  get broken(): string | undefined {
    return this.#broken;
  }

  /** Sends a line that is answered at once: a look at the observer's clock. */
  ping(): void {
    // Until the script has begun, perl would take the line for more of it.
    if (this.#told || this.#lines.length === 0) return;
    const word = String(this.#pings.size);
    this.#pings.set(word, performance.now());
    this.#input.write(`${word}\n`);
  }

  /** Tells it to end, and waits for its last lines. */
  async end(): Promise<void> {
    this.#told = true;
    this.#input.end();
    const limit = setTimeout(() => this.#stop.abort(new Error("it did not end")), endMs);
    await this.#ended;
    clearTimeout(limit);
  }

  async #run(): Promise<void> {
    const { pool, host, probe, intervalMs, requestsPerSecond, limitSeconds } = this.observation;
    const numbers = [probe.port, intervalMs, requestsPerSecond, limitSeconds].map(String);
    try {
      const { exitCode, stderr } = await pool.run(
        host,
        shellCommand(["perl", "-", probe.address, ...numbers]),
        {
          stdin: this.#input,
          timeoutMs: (limitSeconds + 60) * 1000,
          signal: this.#stop.signal,
          onStdout: (text) => this.#take(text),
        },
      );
      if (this.#told) return;
      const words = stderr.trim().replaceAll(/\s*\n\s*/g, "; ");
      this.#broken = `the observer on ${host.name} ended early: ${words || `exit code ${exitCode}`}`;
    } catch (error) {
      const why = error instanceof LabError ? error.facts.found : String(error);
      if (!this.#told) this.#broken = `the observer on ${host.name} could not go on: ${why}`;
    }
  }

  #take(text: string): void {
    this.#part += text;
    const lines = this.#part.split("\n");
    this.#part = lines.pop() ?? "";
    for (const line of lines) {
      this.#lines.push(line);
      if (line.includes('"k":"pong"')) this.#answered(line);
    }
    if (lines.length > 0) this.#heard();
  }

  #answered(line: string): void {
    const back = performance.now();
    const pong = parseSample(line);
    const left = pong?.k === "pong" ? this.#pings.get(pong.w) : undefined;
    if (pong?.k !== "pong" || left === undefined) return;
    this.#lines.push(JSON.stringify({ k: "link", c: left, back, t: pong.t }));
  }
}
