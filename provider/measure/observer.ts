import type { ProbeEndpoint } from "../host/probe";
import { parseSample } from "./sample";
import { ScriptOnHost, type ScriptPlace } from "./script-on-host";

export interface Observation extends ScriptPlace {
  readonly probe: ProbeEndpoint;
  readonly intervalMs: number;
  readonly pingIntervalMs: number;
  readonly requestsPerSecond: number;
}

/** The script that watches the guest from a third host, running there. What it writes is kept as it comes. */
export class Observer {
  readonly #script: ScriptOnHost;
  readonly #links: string[] = [];
  readonly #pings = new Map<string, number>();

  constructor({ probe, intervalMs, pingIntervalMs, requestsPerSecond, ...place }: Observation) {
    const args = [probe.address, probe.port, intervalMs, pingIntervalMs, requestsPerSecond];
    this.#script = new ScriptOnHost("the observer", "observe.pl", args, place, (line) => {
      if (line.includes('"k":"pong"')) this.#answered(line);
    });
  }

  /** Fulfilled at its first line, and when there will be none. */
  get ready(): Promise<void> {
    return this.#script.ready;
  }

  /** Its lines so far, and what this machine knows of its clock. */
  get lines(): readonly string[] {
    return [...this.#script.lines, ...this.#links];
  }

  /** Why it ended before it was told to; undefined when it did not. */
  get broken(): string | undefined {
    return this.#script.broken;
  }

  /** Sends a line that is answered at once: a look at the observer's clock. */
  ping(): void {
    if (!this.#script.listens) return;
    const word = String(this.#pings.size);
    this.#pings.set(word, performance.now());
    this.#script.tell(word);
  }

  /** Begins the same requests to another service, by the name that the observer knows its host by. */
  meet(host: string, port: number): void {
    if (this.#script.listens) this.#script.tell(`neighbour ${host} ${port}`);
  }

  /** Tells it to end, and waits for its last lines. */
  end(): Promise<void> {
    return this.#script.end();
  }

  #answered(line: string): void {
    const back = performance.now();
    const pong = parseSample(line);
    const left = pong?.k === "pong" ? this.#pings.get(pong.w) : undefined;
    if (pong?.k !== "pong" || left === undefined) return;
    this.#links.push(JSON.stringify({ k: "link", c: left, back, t: pong.t }));
  }
}
