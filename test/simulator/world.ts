import { Chance } from "./chance";
import { type Active, type Domain, runs } from "./domains";
import type { Move } from "./move";
import type { VirtualTime } from "./virtual-time";
import { Watchman } from "./watchman";

/** Who does something: the product, or anybody else. */
export type Actor = "us" | "them" | "libvirt";

/** What the machine that deploys is called among the ends of a network link. */
export const deployer = "deployer";

/** How often moves and the network are looked at, in ms. */
const tickMs = 250;

export interface Host {
  readonly name: string;
  readonly number: number;
  domains: Domain[];
  powered: boolean;
  libvirtd: boolean;
  /** Counts its boots: what was started in an earlier one is gone. */
  boots: number;
  /** Free memory without any active guest. */
  memoryKiB: number;
}

/** Some hosts with one share, what runs on them, and the network between them. */
export class World {
  readonly hosts = new Map<string, Host>();
  readonly chance: Chance;
  readonly watchman = new Watchman(this);
  readonly #cut = new Set<string>();
  moves: Move[] = [];
  #lives = 0;
  #ticking = false;
  readonly story: string[] = [];
  /** Moves that virsh was asked for, in this order, and how many went on at once at most. */
  readonly asked: string[] = [];
  mostMoves = 0;
  /** Names of guests whose move virsh refuses. */
  readonly refuses = new Set<string>();
  /** Names of guests that the target runs, and keeps no definition of, though it says that it did. */
  readonly forgets = new Set<string>();
  /** UUIDs of guests whose metadata libvirt lets nobody write. */
  readonly unmarkable = new Set<string>();
  /** How long each copy takes, where that should not be left to chance. */
  copyMs: number | undefined;
  /** How often the hosts' loads were looked at. */
  loads = 0;

  constructor(
    readonly time: VirtualTime,
    seed: number,
  ) {
    this.chance = new Chance(seed);
  }

  add(name: string, memoryKiB = 4_000_000): Host {
    const host: Host = {
      name,
      number: this.hosts.size + 1,
      domains: [],
      powered: true,
      libvirtd: true,
      boots: 1,
      memoryKiB,
    };
    this.hosts.set(name, host);
    return host;
  }

  host(name: string): Host {
    const host = this.hosts.get(name);
    if (host) return host;
    throw new Error(`no host ${name}`);
  }

  /** One line of what happened, for whoever reads of a history that failed. */
  tell(line: string): void {
    this.story.push(`${(this.time.now / 1000).toFixed(1).padStart(7)} s  ${line}`);
  }

  nextLife(): number {
    return ++this.#lives;
  }

  /** All active copies and halves of a guest. */
  activeOf(uuid: string): { host: Host; domain: Domain; active: Active }[] {
    return [...this.hosts.values()].flatMap((host) =>
      host.domains.flatMap((domain) =>
        domain.uuid === uuid && domain.active ? [{ host, domain, active: domain.active }] : [],
      ),
    );
  }

  runningOf(uuid: string): { host: Host; domain: Domain }[] {
    return this.activeOf(uuid).filter(({ domain }) => runs(domain));
  }

  definitionsOf(uuid: string): Host[] {
    return [...this.hosts.values()].filter(({ domains }) =>
      domains.some((one) => one.uuid === uuid && one.persistent),
    );
  }

  /** Names of the hosts that start a guest when they boot. */
  startersOf(uuid: string): string[] {
    return [...this.hosts.values()]
      .filter(({ domains }) => domains.some((one) => one.uuid === uuid && one.autostart))
      .map(({ name }) => name);
  }

  /** Cuts what goes from one end to the other; the way back may stay. */
  cut(from: string, to: string): void {
    this.#cut.add(`${from}>${to}`);
  }

  join(): void {
    this.#cut.clear();
  }

  carries(from: string, to: string): boolean {
    return !this.#cut.has(`${from}>${to}`) && this.isUp(from) && this.isUp(to);
  }

  /** Whether a connection lives between both. */
  linked(one: string, other: string): boolean {
    return this.carries(one, other) && this.carries(other, one);
  }

  isUp(name: string): boolean {
    return name === deployer || this.host(name).powered;
  }

  freeKiB({ memoryKiB, domains }: Host): number {
    return memoryKiB - domains.reduce((sum, one) => sum + (one.active ? one.memoryKiB : 0), 0);
  }

  begin(move: Move): void {
    this.moves.push(move);
    if (this.#ticking) return;
    this.#ticking = true;
    this.time.after(tickMs, this.#tick);
  }

  readonly #tick = () => {
    for (const move of this.moves) move.tick(tickMs);
    this.moves = this.moves.filter(({ over }) => !over);
    this.#ticking = this.moves.length > 0;
    if (this.#ticking) this.time.after(tickMs, this.#tick);
  };
}
