import { knownLab } from "../../cli/access";
import { labStack } from "../../cli/lab-stack";
import { probePort } from "../../components/guest-definition";
import type { HostConnection } from "../../provider/host/host-connection";
import { HostPool } from "../../provider/host/host-pool";
import {
  ProbeConnection,
  type ProbeDisk,
  type ProbeMemory,
  type ProbeStatus,
} from "../../provider/host/probe";
import { shellCommand } from "../../provider/host/shell-quote";
import { parseList } from "../../provider/host/virsh-text";
import { type Addresses, addressesOf } from "./addresses";
import { stack } from "./lab-command";

export type Server = "nfs" | "source" | "target";

/** What is true of the guest, asked from it and from both hosts. */
export interface Truth {
  /** The hosts that run it. */
  readonly runningOn: readonly Server[];
  /** Every host's word for it: `source: running` … */
  readonly states: readonly string[];
  readonly status?: ProbeStatus;
  readonly disk?: ProbeDisk;
  readonly memory?: ProbeMemory;
}

/** The inside of the tests' lab, over SSH connections that stay open. */
export class Inside {
  readonly #pool = new HostPool();
  readonly #hosts = new Map<string, HostConnection>();

  private constructor(
    /** On the lab's own network. */
    readonly addresses: Addresses,
  ) {}

  /** After `./lab up`. */
  static async open(name = stack): Promise<Inside> {
    const inside = new Inside(await addressesOf(name));
    for (const host of (await knownLab(labStack(name))).hosts) inside.#hosts.set(host.name, host);
    return inside;
  }

  /** Where the guest's probe answers. */
  get probe() {
    return { address: this.addresses.guest, port: probePort };
  }

  close(): void {
    this.#pool.close();
  }

  /** Runs shell on a server; a failure is an error, unless `allowFailure`. */
  async on(server: Server, command: string, limitSeconds = 60): Promise<string> {
    const result = await this.attempt(server, command, limitSeconds);
    if (result.exitCode !== 0) throw new Error(`${server}: ${command}: ${result.stderr || result.stdout}`);
    return result.stdout;
  }

  async attempt(server: Server, command: string, limitSeconds = 60) {
    const options = { timeoutMs: limitSeconds * 1000, signal: AbortSignal.timeout(limitSeconds * 1000) };
    return this.#pool.run(this.#host(server), command, options);
  }

  /** Writes a file on a server. */
  async send(server: Server, path: string, content: Buffer): Promise<void> {
    const limits = { timeoutMs: 120_000, signal: AbortSignal.timeout(120_000) };
    const command = `cat > ${shellCommand([path])}`;
    const result = await this.#pool.run(this.#host(server), command, { ...limits, stdin: content });
    if (result.exitCode !== 0) throw new Error(`${server}: ${command}: ${result.stderr}`);
  }

  async truth(): Promise<Truth> {
    const hosts = ["source", "target"] as const;
    const lists = await Promise.all(hosts.map((host) => this.on(host, "LC_ALL=C virsh list --all")));
    const states = hosts.map((host, index) => {
      const found = parseList(lists[index] ?? "")?.find(({ name }) => name === "guest");
      return { host, state: found?.state ?? "none" };
    });
    const runningOn = states.filter(({ state }) => state === "running").map(({ host }) => host);
    const words = states.map(({ host, state }) => `${host}: ${state}`);
    return { runningOn, states: words, ...(runningOn.length === 1 ? await this.ask() : {}) };
  }

  /** What the guest says of itself; a guest that does not answer within a minute fails the test. */
  async ask(probe = this.probe): Promise<{ status: ProbeStatus; disk: ProbeDisk; memory: ProbeMemory }> {
    const options = { timeoutMs: 60_000, signal: AbortSignal.timeout(90_000) };
    const { connection } = await ProbeConnection.open(this.#pool, this.#host("nfs"), probe, options);
    try {
      const disk = await connection.disk(60_000);
      const memory = await connection.memory(60_000);
      return { disk, memory, status: await connection.status(60_000) };
    } finally {
      connection.close();
    }
  }

  /** Has the guest write this much memory a second; 0 stops it. */
  async load(mebibytesASecond: number): Promise<void> {
    const options = { timeoutMs: 60_000, signal: AbortSignal.timeout(90_000) };
    const { connection } = await ProbeConnection.open(this.#pool, this.#host("nfs"), this.probe, options);
    connection.stream.write(`load ${mebibytesASecond}\n`);
    await connection.status(60_000);
    connection.close();
  }

  #host(server: Server): HostConnection {
    const host = this.#hosts.get(server);
    if (host) return host;
    throw new Error(`${server} is not up`);
  }
}
