import { z } from "zod";
import { ScriptOnHost, type ScriptPlace } from "./script-on-host";

const greeting = z.object({ port: z.int() });

/** A small service on the host that the guest moves to: what the move does to its neighbours. */
export class Neighbour {
  readonly #script: ScriptOnHost;

  constructor(place: ScriptPlace) {
    this.#script = new ScriptOnHost("the neighbour", "neighbour.pl", [], place, () => {});
  }

  /** Where it listens; undefined when it does not. */
  async port(): Promise<number | undefined> {
    await this.#script.ready;
    return greeting.safeParse(JSON.parse(this.#script.lines[0] ?? "null")).data?.port;
  }

  /** Why it ended before it was told to; undefined when it did not. */
  get broken(): string | undefined {
    return this.#script.broken;
  }

  end(): Promise<void> {
    return this.#script.end();
  }
}
