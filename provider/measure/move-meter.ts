import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { HostConnection } from "../host/host-connection";
import type { ProbeEndpoint } from "../host/probe";
import type { MigrationEvent } from "../migrate/events-file";
import type { Operation } from "../resources/resource";
import type { Figure, Measurement } from "../sdk/measurement";
import { figuresLine } from "./figures-line";
import type { MeasureOptions } from "./measure-options";
import { measure } from "./measurement";
import { Observer } from "./observer";
import type { MarkName, Sample } from "./sample";

interface Asked {
  readonly guest: string;
  readonly timeoutSeconds: number;
  readonly measure?: MeasureOptions | undefined;
  readonly observer?: HostConnection | undefined;
  readonly probe?: ProbeEndpoint | undefined;
}

interface MoveOfGuest {
  readonly from: string;
  readonly to: string;
  /** Whether the guest runs: one that does not answers nobody. */
  readonly running: boolean;
}

type LibvirtFigures = Readonly<Record<"downtimeMs" | "jobTimeMs" | "dataMovedMiB", number>>;
type OwnLine = Extract<Sample, { c: number }>;

/** A post-copy may outlast its limit; the observer is told to end long before. */
const spareSeconds = 3_900;

/**
 * Measures one move, from the preflight until some seconds after the proofs. Where nothing is to be measured every step
 * does nothing. It never makes a move fail: what went wrong is the reason of what is missing.
 */
export class MoveMeter {
  readonly #own: string[] = [];
  #observer: Observer | undefined;
  #begun = false;
  #kept: Promise<string | undefined> | undefined;

  constructor(
    readonly asked: Asked,
    readonly operation: Pick<Operation, "pool" | "signal" | "log">,
  ) {}

  /** Starts the observer, which needs a moment, while the hosts are looked at. */
  begin({ from, to, running }: MoveOfGuest): void {
    const { guest, measure: options, observer: host, probe, timeoutSeconds } = this.asked;
    if (options === undefined) return;
    this.#begun = true;
    const blind = running ? undefined : `${guest} does not run: it answers nobody`;
    const unasked = host && probe ? blind : "no observer and probe are given";
    const { intervalMs: interval, requestsPerSecond: rate, beforeSeconds, afterSeconds } = options;
    const about = { guest, from, to, observer: host?.name ?? "", interval, rate };
    this.#add({ k: "about", c: performance.now(), ...about, blind: unasked });
    this.mark("begin");
    if (host === undefined || probe === undefined || unasked !== undefined) return;
    this.#observer = new Observer({
      pool: this.operation.pool,
      host,
      probe,
      intervalMs: interval,
      requestsPerSecond: rate,
      limitSeconds: beforeSeconds + 2 * timeoutSeconds + afterSeconds + spareSeconds,
    });
  }

  /** Lets the observer see for some seconds what is usual. */
  async baseline(): Promise<void> {
    const { asked, operation } = this;
    if (this.#observer !== undefined) {
      operation.log.status(`waiting for the observer on ${asked.observer?.name}`);
      await this.#observer.ready;
    }
    this.mark("preflighted");
    await this.#watch(asked.measure?.beforeSeconds ?? 0, "before the move");
  }

  /** Says what happens now, or happened at a time of performance.now()'s clock; gives that time. */
  mark(at: MarkName, c = performance.now()): number {
    if (!this.#begun) return c;
    this.#add({ k: "mark", c, at });
    this.#observer?.ping();
    return c;
  }

  readonly onEvent = (event: MigrationEvent): void => {
    if (this.#begun) this.#add({ ...event, k: "event", c: performance.now() });
  };

  /** Watches for some seconds more, and gives the figures. */
  async end(libvirt: LibvirtFigures): Promise<Figure<Measurement>> {
    const { measure: options } = this.asked;
    if (options === undefined) return { missing: "not asked for (measure is not set)" };
    await this.#watch(options.afterSeconds, "after the move");
    this.mark("end");
    this.#add({ k: "libvirt", c: performance.now(), ...libvirt });
    await this.#observer?.end();
    const trouble = await this.#keep();
    try {
      const measurement = measure(this.#text(), options.file);
      this.operation.log.say(figuresLine(measurement));
      return trouble === undefined ? measurement : { ...measurement, samples: { missing: trouble } };
    } catch (error) {
      return { missing: `the figures could not be computed: ${wordsOf(error)}` };
    }
  }

  /** Ends the observer, and keeps the samples of a move that failed too. */
  async close(): Promise<void> {
    await this.#observer?.end();
    if (this.#begun) await this.#keep();
  }

  #add(line: OwnLine): void {
    this.#own.push(JSON.stringify(line));
  }

  async #watch(seconds: number, when: string): Promise<void> {
    if (this.#observer === undefined || this.#observer.broken !== undefined || seconds === 0) return;
    this.operation.log.status(`watching ${this.asked.guest} ${when} for ${seconds} s`);
    this.#observer.ping();
    // A deployment that is cancelled does not wait; the move itself says so.
    await sleep(seconds * 1000, undefined, { signal: this.operation.signal }).catch(() => {});
  }

  #text(): string {
    const broken = this.#observer?.broken;
    const end = broken === undefined ? [] : [JSON.stringify({ k: "broken", c: 0, why: broken })];
    return [...this.#own, ...end, ...(this.#observer?.lines ?? [])].map((line) => `${line}\n`).join("");
  }

  /** Writes the samples where they shall be, once; gives what went wrong. */
  #keep(): Promise<string | undefined> {
    this.#kept ??= this.#write();
    return this.#kept;
  }

  async #write(): Promise<string | undefined> {
    const file = this.asked.measure?.file;
    if (file === undefined) return undefined;
    try {
      // One folder and no more: a path with a slip in it shall not grow a tree.
      await mkdir(dirname(file)).catch(() => {});
      await writeFile(file, this.#text());
      return undefined;
    } catch (error) {
      const trouble = `they cannot be written to ${file}: ${wordsOf(error)}`;
      this.operation.log.say(`no samples: ${trouble}`);
      return trouble;
    }
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
