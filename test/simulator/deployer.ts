import type { Clock } from "../../provider/host/clock";
import type { Operation } from "../../provider/resources/resource";
import type { RemoteProgram } from "./remote-program";
import { SimulatedPool } from "./simulated-pool";
import type { World } from "./world";

/** One run of the engine with its plugin: what it asks for, and what it still hears of the world. */
export class Deployer {
  /** One that died hears nothing any more, and does nothing. */
  alive = true;
  readonly programs = new Set<RemoteProgram>();
  readonly said: string[] = [];
  readonly pool: SimulatedPool;
  readonly clock: Clock;
  readonly #cancel = new AbortController();

  constructor(
    readonly world: World,
    readonly urn = "urn",
  ) {
    this.pool = new SimulatedPool(world, this);
    this.clock = world.time.clockOf(() => this.alive);
  }

  operation(signal?: AbortSignal): Operation {
    return {
      urn: this.urn,
      pool: this.pool,
      clock: this.clock,
      signal: signal ? AbortSignal.any([signal, this.#cancel.signal]) : this.#cancel.signal,
      log: { status: () => {}, say: (line) => void this.said.push(line), flush: async () => {} },
    };
  }

  /** Ctrl-C. One that is dead hears nothing of it. */
  cancel(): void {
    if (this.alive) this.#cancel.abort(new Error("cancelled"));
  }

  /** SIGKILL, a closed laptop: its programs on the hosts end with it, or go on. */
  die(programsToo: boolean): void {
    this.alive = false;
    if (programsToo) for (const program of [...this.programs]) program.kill();
  }
}
