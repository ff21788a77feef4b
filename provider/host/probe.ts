import type { Duplex } from "node:stream";
import type { Client } from "ssh2";
import { z } from "zod";
import { ProviderError } from "../errors/provider-error";
import type { HostConnection } from "./host-connection";
import type { HostPool } from "./host-pool";

export const probeStatusSchema = z.object({
  bootId: z.string(),
  /** +1 every 100 ms since boot, kept in memory only. */
  counter: z.number(),
  uptimeMs: z.number(),
  sequence: z.number(),
  /** Last sequence number that is on the guest's disk for sure. */
  syncedSequence: z.number(),
  /** What it wrote by its loads since they began, in pages and KiB; a probe of an older image does not tell. */
  memoryLoadPages: z.number().optional(),
  diskLoadKiB: z.number().optional(),
  diskError: z.string().nullable(),
  resumed: z.boolean(),
});
export type ProbeStatus = z.infer<typeof probeStatusSchema>;

export const probeDiskSchema = z.object({
  first: z.number(),
  last: z.number(),
  lines: z.number(),
  gaps: z.number(),
  torn: z.number(),
  /** What the file system's driver has counted since it was made; null where nobody tells, as a probe of an older image. */
  errors: z.number().nullable().default(null),
  /** Whether it is mounted read-only, be it by its driver because of an error. */
  readOnly: z.boolean().default(false),
});
/** What the guest finds in its sequence file when it reads it from the disk, and how the file system is that it lies on. */
export type ProbeDisk = z.infer<typeof probeDiskSchema>;

export const probeMemorySchema = z.object({ pages: z.number(), wrong: z.number(), written: z.number() });
/** What the guest finds when it checks the pages of its memory that it knows the contents of. */
export type ProbeMemory = z.infer<typeof probeMemorySchema>;

/** Where the probe answers, as the observer's network reaches it. */
export interface ProbeEndpoint {
  readonly address: string;
  readonly port: number;
}

/** One TCP connection to the probe inside a guest, through the observer's SSH. */
export class ProbeConnection {
  #received = "";
  #waiting: ((line: string) => void) | undefined;
  readonly #lines: string[] = [];
  #wayCut = false;
  readonly #onWayCut = () => {
    this.#wayCut = true;
  };

  private constructor(
    readonly stream: Duplex,
    readonly way: Client,
  ) {
    way.once("close", this.#onWayCut);
    stream.on("data", (data: Buffer) => this.#take(data.toString("utf8")));
    stream.on("error", () => {});
  }

  /**
   * Connects and reads the greeting.
   *
   * @throws ProviderError KVM-407 no connection, KVM-503 no answer within `timeoutMs`
   */
  static async open(
    pool: HostPool,
    observer: HostConnection,
    probe: ProbeEndpoint,
    options: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<{ readonly connection: ProbeConnection; readonly greeting: ProbeStatus }> {
    const way = await pool.connect(observer, options.signal);
    const stream = await pool.openTcp(observer, probe.address, probe.port, options);
    const connection = new ProbeConnection(stream, way);
    try {
      return { connection, greeting: await connection.#answer(probeStatusSchema, options.timeoutMs) };
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  /**
   * What it says of itself to whoever connects, and no more.
   *
   * @throws ProviderError as `open` does
   */
  static async greeting(...question: Parameters<typeof ProbeConnection.open>): Promise<ProbeStatus> {
    const { connection, greeting } = await ProbeConnection.open(...question);
    connection.close();
    return greeting;
  }

  /** True when the observer's SSH connection closed under it: that says nothing about the guest. */
  get wayCut(): boolean {
    return this.#wayCut;
  }

  status(timeoutMs: number): Promise<ProbeStatus> {
    this.stream.write("status\n");
    return this.#answer(probeStatusSchema, timeoutMs);
  }

  /** Tells a guest that was started from a saved memory who it is from now on. */
  resumed(id: string, timeoutMs: number): Promise<ProbeStatus> {
    this.stream.write(`resumed ${id}\n`);
    return this.#answer(probeStatusSchema, timeoutMs);
  }

  disk(timeoutMs: number): Promise<ProbeDisk> {
    this.stream.write("disk\n");
    return this.#answer(probeDiskSchema, timeoutMs);
  }

  memory(timeoutMs: number): Promise<ProbeMemory> {
    this.stream.write("memory\n");
    return this.#answer(probeMemorySchema, timeoutMs);
  }

  /** Lets the guest write to its memory, so many MiB a second, from now on; 0 ends it. */
  load(mebibytesPerSecond: number, timeoutMs: number): Promise<ProbeStatus> {
    this.stream.write(`load ${mebibytesPerSecond}\n`);
    return this.#answer(probeStatusSchema, timeoutMs);
  }

  /** Lets the guest write to its disk and sync it, so many KiB a second, from now on; 0 ends it. */
  writes(kibibytesPerSecond: number, timeoutMs: number): Promise<ProbeStatus> {
    this.stream.write(`writes ${kibibytesPerSecond}\n`);
    return this.#answer(probeStatusSchema, timeoutMs);
  }

  close(): void {
    this.way.off("close", this.#onWayCut);
    this.stream.destroy();
  }

  #take(text: string): void {
    this.#received += text;
    for (let end = this.#received.indexOf("\n"); end >= 0; end = this.#received.indexOf("\n")) {
      this.#lines.push(this.#received.slice(0, end));
      this.#received = this.#received.slice(end + 1);
    }
    this.#deliver();
  }

  #deliver(): void {
    const waiting = this.#waiting;
    const line = waiting && this.#lines.shift();
    if (waiting === undefined || line === undefined) return;
    this.#waiting = undefined;
    waiting(line);
  }

  async #answer<T>(schema: z.ZodType<T>, timeoutMs: number): Promise<T> {
    const line = await this.#line(timeoutMs);
    const answer = schema.safeParse(parseJson(line));
    if (answer.success) return answer.data;
    throw noAnswer(`no answer of the probe's: ${line.slice(0, 80)}`);
  }

  #line(timeoutMs: number): Promise<string> {
    return new Promise((resolve, reject) => {
      const fail = (found: string) => {
        this.#waiting = undefined;
        settle();
        reject(noAnswer(found));
      };
      const closed = () => fail("the connection was closed");
      const limit = setTimeout(() => fail(`silence for ${timeoutMs / 1000} s`), timeoutMs);
      const settle = () => {
        clearTimeout(limit);
        this.stream.off("close", closed);
      };
      if (this.stream.destroyed) return closed();
      this.stream.once("close", closed);
      this.#waiting = (line) => {
        settle();
        resolve(line);
      };
      this.#deliver();
    });
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function noAnswer(found: string): ProviderError {
  return new ProviderError({
    code: "KVM-503",
    host: "the guest",
    expected: "a line from the probe inside the guest",
    found,
    fix: "look at the guest on its host: virsh console, virsh domstate --reason",
  });
}
