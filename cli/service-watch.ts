import type { HostConnection } from "kvmlab-provider/host/host-connection";
import type { HostPool } from "kvmlab-provider/host/host-pool";
import type { ProbeEndpoint } from "kvmlab-provider/host/probe";
import { Observer } from "kvmlab-provider/measure/observer";
import { recordOf } from "kvmlab-provider/measure/record";
import { type Availability, availabilityOf } from "./availability";

/** Ten questions a second: a guest that is silent for a tenth of a second is seen. */
const intervalMs = 100;

/** A guest's service is asked all the time, from a third host. */
export class ServiceWatch {
  readonly #observer: Observer;

  /** @param limitSeconds it ends by itself then, whatever becomes of this machine */
  constructor(
    readonly guest: string,
    probe: ProbeEndpoint,
    place: { readonly pool: HostPool; readonly host: HostConnection; readonly limitSeconds: number },
  ) {
    this.#observer = new Observer({ probe, intervalMs, pingIntervalMs: 0, requestsPerSecond: 0, ...place });
  }

  get ready(): Promise<void> {
    return this.#observer.ready;
  }

  /** What it saw, or why there is nothing to tell. */
  async end(): Promise<Availability | string> {
    await this.#observer.end();
    const { broken, lines } = this.#observer;
    return broken ?? availabilityOf(recordOf(lines.join("\n"))) ?? "it was asked nothing";
  }
}
