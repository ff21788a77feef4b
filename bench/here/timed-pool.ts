import type { HostConnection } from "../../provider/host/host-connection";
import { HostPool } from "../../provider/host/host-pool";

/** A pool that shows when it was asked for what, and how long that took: in ms since `started`, on performance.now()'s clock. */
export class TimedPool extends HostPool {
  /** Those whose connection was asked for already: only the first one takes time. */
  readonly #dialled = new Set<string>();

  constructor(readonly started: number) {
    super();
  }

  override connect(...args: Parameters<HostPool["connect"]>) {
    const [{ name }] = args;
    const connected = super.connect(...args);
    if (this.#dialled.has(name)) return connected;
    this.#dialled.add(name);
    return this.#timed(name, "SSH login", connected);
  }

  override run(...args: Parameters<HostPool["run"]>) {
    const [{ name }, command, { stdin }] = args;
    // A script comes by the standard input, after a line with its words; its own first line says which one it is.
    const script = typeof stdin === "string" ? stdin.split("\n").filter((line) => line !== "") : [];
    const what = command === "sh -s" ? script.slice(0, 4).join(" ") : command;
    return this.#timed(name, what, super.run(...args));
  }

  override openTcp(host: HostConnection, ...args: [string, number, Parameters<HostPool["openTcp"]>[3]]) {
    const [address, port] = args;
    return this.#timed(host.name, `TCP to ${address}:${port}`, super.openTcp(host, ...args));
  }

  async #timed<T>(host: string, what: string, work: Promise<T>): Promise<T> {
    const began = performance.now();
    try {
      return await work;
    } finally {
      const ms = (at: number) => at.toFixed(0).padStart(5);
      const words = what.replaceAll(/\s+/g, " ").slice(0, 110);
      const [at, took] = [ms(began - this.started), ms(performance.now() - began)];
      console.log(`  ${at} ms  on ${host}, ${took} ms: ${words}`);
    }
  }
}
