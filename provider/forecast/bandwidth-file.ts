import { readFile, writeFile } from "node:fs/promises";
import { z } from "zod";
import { jsonOf } from "../host/json-of";

/** A network does not change often, and what is measured takes something of it. */
const keptSeconds = 6 * 3600;

const figures = z.record(z.string(), z.object({ MiBps: z.number().positive(), at: z.number() }));
type Figures = z.output<typeof figures>;

/** Measured bandwidths by pairs of hosts, in a file of this machine. A file that cannot be read or written is as none. */
export class BandwidthFile {
  constructor(
    readonly path: string,
    readonly now: () => number = Date.now,
  ) {}

  /** What was measured of a pair, in either direction; undefined where that is too long ago. */
  async read(
    one: string,
    other: string,
  ): Promise<{ readonly MiBps: number; readonly ageSeconds: number } | undefined> {
    const known = (await this.#all())[keyOf(one, other)];
    if (known === undefined) return undefined;
    const ageSeconds = Math.round((this.now() - known.at) / 1000);
    return ageSeconds >= 0 && ageSeconds < keptSeconds ? { MiBps: known.MiBps, ageSeconds } : undefined;
  }

  async write(one: string, other: string, MiBps: number): Promise<void> {
    const all = { ...(await this.#all()), [keyOf(one, other)]: { MiBps, at: this.now() } };
    await writeFile(this.path, JSON.stringify(all)).catch(() => {});
  }

  async #all(): Promise<Figures> {
    const text = await readFile(this.path, "utf8").catch(() => "");
    return figures.safeParse(jsonOf(text)).data ?? {};
  }
}

function keyOf(one: string, other: string): string {
  return [one, other].sort().join(" ");
}
