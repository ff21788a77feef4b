import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { textTable } from "../../cli/table";
import type { MigrationOptionsInput } from "../../provider/migrate/options";
import { freshLab } from "../lab/fresh-lab";
import type { Inside, Server, Truth } from "../lab/inside";
import type { start } from "../lab/lab-command";
import { type Direction, expectOneWhole, nextDirection, up, upDuring } from "../lab/moving";

/** Something that goes wrong during a move. */
export interface Fault {
  readonly name: string;
  /** `running`: the `./lab up` that moves the guest. */
  readonly act: (direction: Direction, running: ReturnType<typeof start>) => Promise<unknown>;
  /** When it happens: as soon as this is shown. The job's first figures when left out. */
  readonly when?: RegExp;
  /** What the command may end with: an error code, or `arrived`, the default. */
  readonly code?: string | readonly string[];
  /** What is fixed before the next `./lab up`. */
  readonly fix?: (direction: Direction) => Promise<unknown>;
  /** Left to `npm run test:all`. */
  readonly long?: boolean;
}

const addTable = (rule: string) =>
  `nft -f - <<'END'\ntable inet cut {\n chain in {\n type filter hook input priority -1;\n ${rule} drop\n }\n}\nEND`;

/**
 * The lab in which one file's faults happen. Each fault begins where the one before it ended: the guest then moves in the other direction.
 * At the end of the file stands a table of what went wrong and how it ended.
 */
export class FaultsOnHosts {
  readonly #rows: string[][] = [];
  #inside: Inside | undefined;

  /** Called once in a file, outside of its tests. */
  static prepare(): FaultsOnHosts {
    const faults = new FaultsOnHosts();
    beforeAll(async () => {
      faults.#inside = await freshLab();
    }, 900_000);
    afterAll(() => {
      faults.#inside?.close();
      const titles = ["what went wrong during the move", "how it ended", "guest on", "seconds"];
      console.log(textTable(titles, faults.#rows));
    });
    return faults;
  }

  get inside(): Inside {
    if (this.#inside) return this.#inside;
    throw new Error("the lab is there within a test only");
  }

  on(server: Server, command: string, limitSeconds?: number): Promise<string> {
    return this.inside.on(server, command, limitSeconds);
  }

  truth(): Promise<Truth> {
    return this.inside.truth();
  }

  async nextDirection(): Promise<Direction> {
    return nextDirection(await this.truth());
  }

  /** Has a server drop what comes in, by an expression of nft's: `tcp dport 2049`. Until keep(). */
  drop(server: Server, what: string): Promise<string> {
    return this.on(server, addTable(what));
  }

  keep(server: Server): Promise<string> {
    return this.on(server, "nft delete table inet cut");
  }

  /** What comes from the one host to the other one is dropped there, until joinAgain(). */
  readonly cut = ({ from, to }: Direction) => this.drop(to, `ip saddr ${this.inside.addresses[from]}`);
  readonly joinAgain = ({ to }: Direction) => this.keep(to);
  readonly cutFor5s = async (direction: Direction) => {
    await this.cut(direction);
    await sleep(5_000);
    await this.joinAgain(direction);
  };

  /** Of the host that the guest leaves, or of the one that it comes to. */
  restartLibvirt(side: keyof Direction): (direction: Direction) => Promise<string> {
    return (direction) => this.on(direction[side], "systemctl restart libvirtd", 120);
  }

  /** A row of the table at the end. */
  addRow(name: string, ended: string, { runningOn }: Truth, seconds?: number): void {
    this.#rows.push([name, ended, runningOn.join(" and "), seconds?.toFixed(0) ?? ""]);
  }

  /**
   * A test for each fault: the move ends as the fault says, one copy of the guest runs, whole, and the next `./lab up` succeeds.
   *
   * @param migrationOptions slow enough that the fault comes during the move
   */
  test(suite: string, faults: readonly Fault[], migrationOptions: MigrationOptionsInput): void {
    describe(suite, () => {
      for (const fault of faults) {
        test(fault.name, fault.long ? { tags: "long" } : {}, () => this.#happens(fault, migrationOptions));
      }
    });
  }

  async #happens(fault: Fault, migrationOptions: MigrationOptionsInput): Promise<void> {
    const { name, act, when, code = "arrived", fix } = fault;
    const direction = await this.nextDirection();
    const before = await this.truth();
    const started = performance.now();
    const move = { guestRunsOn: direction.to, migrationOptions };
    const result = await upDuring(move, (running) => act(direction, running), when);
    await fix?.(direction);
    const ended = result.exitCode === 0 ? "arrived" : (/KVM-6\d\d/.exec(result.stderr)?.[0] ?? "?");
    const after = await this.truth();
    this.addRow(name, ended, after, (performance.now() - started) / 1000);
    expect([code].flat(), result.all).toContain(ended);
    expectOneWhole(before, after);
    if (ended !== "arrived") await up({ guestRunsOn: direction.to, refresh: true });
  }
}
