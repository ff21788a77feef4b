import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { HostConnection } from "../host/host-connection";
import { ProbeConnection, type ProbeEndpoint } from "../host/probe";
import type { MigrationEvent } from "../migrate/events-file";
import type { Operation } from "../resources/resource";
import type { Forecast } from "../sdk/forecast";
import type { Figure, Measurement } from "../sdk/measurement";
import { figuresLine } from "./figures-line";
import type { MeasureOptions } from "./measure-options";
import { measure } from "./measurement";
import { Neighbour } from "./neighbour";
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
  readonly to: HostConnection;
  /** Whether the guest runs: one that does not answers nobody. */
  readonly running: boolean;
}

/** Makes a forecast before its signal. */
type Foretelling = (signal: AbortSignal) => Promise<Figure<Forecast>>;

type LibvirtFigures = Readonly<Record<"downtimeMs" | "jobTimeMs" | "dataMovedMiB", number>>;
type OwnLine = Extract<Sample, { c: number }>;

/** A post-copy may outlast its limit; the observer is told to end long before. */
const spareSeconds = 3_900;
/** Less than this does not hold what a forecast needs: a second of QEMU's, and the questions around it. */
const forecastSeconds = 2;
/** For a guest that is to write; an emulated one may be slow to answer. */
const loadMs = 30_000;

/**
 * Measures one move, from the preflight until some seconds after the proofs. Where nothing is to be measured every step
 * does nothing. It never makes a move fail: what went wrong is the reason of what is missing.
 */
export class MoveMeter {
  readonly #own: string[] = [];
  #observer: Observer | undefined;
  #neighbour: Neighbour | undefined;
  #met: Promise<void> | undefined;
  #writes = false;
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
    const { intervalMs, pingIntervalMs, requestsPerSecond, neighbour, beforeSeconds, afterSeconds } = options;
    const { memoryWritesMiBps, diskWritesKiBps } = options;
    this.#add({
      k: "about",
      c: performance.now(),
      ...{ guest, from, to: to.name, observer: host?.name ?? "" },
      ...{ interval: intervalMs, pingInterval: pingIntervalMs, rate: requestsPerSecond },
      ...{ neighbour, memoryWritesMiBps, diskWritesKiBps },
      blind: unasked,
    });
    this.mark("begin");
    if (host === undefined || probe === undefined || unasked !== undefined) return;
    const { pool } = this.operation;
    const limitSeconds = beforeSeconds + 2 * timeoutSeconds + afterSeconds + spareSeconds;
    const asked = { probe, intervalMs, pingIntervalMs, requestsPerSecond };
    this.#observer = new Observer({ pool, host, limitSeconds, ...asked });
    if (!neighbour || requestsPerSecond === 0) return;
    this.#neighbour = new Neighbour({ pool, host: to, limitSeconds });
    this.#met = this.#introduce(this.#observer, this.#neighbour, to.name);
  }

  /**
   * Lets the observer see for some seconds what is usual.
   *
   * @param foretell makes a forecast of the move meanwhile, and ends with its signal: it must not hold the move up
   */
  async baseline(foretell?: Foretelling): Promise<void> {
    const { asked, operation } = this;
    if (this.#observer !== undefined) {
      operation.log.status(`waiting for the observer on ${asked.observer?.name}`);
      await Promise.all([this.#observer.ready, this.#met, this.#write()]);
    }
    this.mark("preflighted");
    const seconds = asked.measure?.beforeSeconds ?? 0;
    await Promise.all([this.#watch(seconds, "before the move"), this.#foretell(seconds, foretell)]);
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
    await this.#stop();
    const trouble = await this.#keep();
    try {
      const measurement = measure(this.#text(), options.file);
      this.operation.log.say(figuresLine(measurement));
      return trouble === undefined ? measurement : { ...measurement, samples: { missing: trouble } };
    } catch (error) {
      return { missing: `the figures could not be computed: ${messageOf(error)}` };
    }
  }

  /** Ends the observer, and keeps the samples of a move that failed too. */
  async close(): Promise<void> {
    await this.#stop();
    if (this.#begun) await this.#keep();
  }

  async #stop(): Promise<void> {
    await Promise.all([this.#observer?.end(), this.#neighbour?.end(), this.#writeNoMore()]);
  }

  /** Lets the observer ask the neighbour too, by the name that every server knows its host by. */
  async #introduce(observer: Observer, neighbour: Neighbour, host: string): Promise<void> {
    const [port] = await Promise.all([neighbour.port(), observer.ready]);
    if (port !== undefined) observer.meet(host, port);
  }

  /** Sets the guest's loads: also to nothing, where those of a move that was killed still go on. */
  async #write(): Promise<void> {
    const { memoryWritesMiBps = 0, diskWritesKiBps = 0 } = this.asked.measure ?? {};
    this.#writes = memoryWritesMiBps > 0 || diskWritesKiBps > 0;
    await this.#load(memoryWritesMiBps, diskWritesKiBps, this.operation.signal).catch((error: unknown) => {
      const why = `the guest could not be told to write: ${messageOf(error)}`;
      if (this.#writes) this.#add({ k: "broken", c: performance.now(), of: "writes", why });
    });
  }

  async #writeNoMore(): Promise<void> {
    if (!this.#writes) return;
    this.#writes = false;
    await this.#load(0, 0, AbortSignal.timeout(2 * loadMs)).catch((error: unknown) => {
      this.operation.log.say(`${this.asked.guest} may still be writing: ${messageOf(error)}`);
    });
  }

  async #load(memory: number, disk: number, signal: AbortSignal): Promise<void> {
    const { observer, probe } = this.asked;
    if (observer === undefined || probe === undefined) return;
    const options = { timeoutMs: loadMs, signal };
    const { connection } = await ProbeConnection.open(this.operation.pool, observer, probe, options);
    try {
      await connection.load(memory, loadMs);
      await connection.writes(disk, loadMs);
    } finally {
      connection.close();
    }
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

  /** While the guest is watched anyhow, with its load. */
  async #foretell(seconds: number, make?: Foretelling): Promise<void> {
    if (make === undefined || this.#observer === undefined || this.#observer.broken !== undefined) return;
    const signal = AbortSignal.any([this.operation.signal, AbortSignal.timeout(seconds * 1000)]);
    const told =
      seconds < forecastSeconds
        ? { missing: `none was made: beforeSeconds is below ${forecastSeconds}` }
        : await make(signal);
    this.#add({ k: "forecast", c: performance.now(), told });
  }

  #text(): string {
    const broken = (why: string | undefined, of?: "neighbour") =>
      why === undefined ? [] : [JSON.stringify({ k: "broken", c: 0, of, why })];
    const ends = [...broken(this.#observer?.broken), ...broken(this.#neighbour?.broken, "neighbour")];
    return [...this.#own, ...ends, ...(this.#observer?.lines ?? [])].map((line) => `${line}\n`).join("");
  }

  /** Writes the samples where they should be, once; gives what went wrong. */
  #keep(): Promise<string | undefined> {
    this.#kept ??= this.#writeSamples();
    return this.#kept;
  }

  async #writeSamples(): Promise<string | undefined> {
    const file = this.asked.measure?.file;
    if (file === undefined) return undefined;
    try {
      // One folder and no more: a path with a slip in it should not grow a tree.
      await mkdir(dirname(file)).catch(() => {});
      await writeFile(file, this.#text());
      return undefined;
    } catch (error) {
      const trouble = `they cannot be written to ${file}: ${messageOf(error)}`;
      this.operation.log.say(`no samples: ${trouble}`);
      return trouble;
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
