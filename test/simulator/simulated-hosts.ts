import type { HostConnection } from "../../provider/host/host-connection";
import type { Operation } from "../../provider/resources/resource";
import { uuid as sampleUuid } from "../unit/provider/preflight/sample-texts";
import { Deployer } from "./deployer";
import { booted, type Domain, definitionOf } from "./domains";
import { VirtualTime } from "./virtual-time";
import { deployer as deployerEnd, type Host, World } from "./world";

export interface SimulatedGuest {
  readonly uuid: string;
  readonly memoryKiB: number;
  readonly state: string;
  /** Default false. */
  readonly autostart?: boolean;
}

export const connection = (name: string, port = 22): HostConnection => ({
  name,
  address: name,
  port,
  user: "root",
  privateKey: "k",
  hostKey: "h",
});

export const uuidOf = (number: number) => sampleUuid.replace(/^.{8}/, String(number).padStart(8, "0"));

/** A guest with memory of an odd size, as the lab's own: no rule speaks against moving it. */
export const guest = (number: number, mebibytes: number, state = "running"): SimulatedGuest => ({
  uuid: uuidOf(number),
  memoryKiB: mebibytes * 1024 + 8,
  state,
});

let ports = 1_000;

/** Simulated hosts for a test that has no history of its own: time goes by itself, and nothing goes wrong that the test does not do. */
export class SimulatedHosts {
  readonly world = new World(new VirtualTime(true), 1);
  deployer = new Deployer(this.world);
  // Moves of one process wait for each other: each deployer is another one.
  #port = ports++;

  constructor() {
    this.world.copyMs = 500;
  }

  host(name: string, availableMiB: number, guests: Readonly<Record<string, SimulatedGuest>> = {}): this {
    const host = this.world.hosts.get(name) ?? this.world.add(name);
    host.domains = [];
    for (const [called, given] of Object.entries(guests)) this.at(name).guests.set(called, given);
    const used = host.domains.reduce((sum, one) => sum + (one.active ? one.memoryKiB : 0), 0);
    host.memoryKiB = availableMiB * 1024 + used;
    return this;
  }

  get connections(): HostConnection[] {
    return [...this.world.hosts.keys()].map((name) => connection(name, this.#port));
  }

  get pool() {
    return this.deployer.pool;
  }

  get said(): readonly string[] {
    return this.deployer.said;
  }

  get moves(): readonly string[] {
    return this.world.asked;
  }

  get refused(): Set<string> {
    return this.world.refuses;
  }

  get forgotten(): Set<string> {
    return this.world.forgets;
  }

  /** UUIDs of guests whose metadata libvirt lets nobody write. */
  get unmarkable(): Set<string> {
    return this.world.unmarkable;
  }

  /** What a guest says of where it was taken from, where it is active. */
  marksOf({ uuid }: SimulatedGuest): string[] {
    return this.world.activeOf(uuid).flatMap(({ active }) => [...active.marks.values()]);
  }

  /** The hosts that start a guest when they boot. */
  startersOf({ uuid }: SimulatedGuest): string[] {
    return this.world.startersOf(uuid);
  }

  /** Nothing comes back from this host. */
  silence(name: string): void {
    this.world.cut(name, deployerEnd);
  }

  endSilence(): void {
    this.world.join();
  }

  /** Kills the deployer when so many of the guests that a host has have left it; another one takes its place. */
  async killWhenLeft(name: string, guests: number): Promise<void> {
    const { world, deployer } = this;
    const begin = this.guestsOn(name).length;
    while (this.guestsOn(name).length > begin - guests) await world.time.sleep(10);
    deployer.die(true);
    this.deployer = new Deployer(world);
    this.#port = ports++;
  }

  get loads(): number {
    return this.world.loads;
  }

  get most(): number {
    return this.world.mostMoves;
  }

  operation(signal?: AbortSignal): Operation {
    return this.deployer.operation(signal);
  }

  at(name: string) {
    return { guests: new GuestsOf(this.world, this.world.host(name)) };
  }

  /** The guests of a host, by their names. */
  guestsOn(name: string): string[] {
    return this.world
      .host(name)
      .domains.map((one) => one.name)
      .sort();
  }
}

/** What a test puts on a host, takes away, and gives to another, without anybody's doing. */
class GuestsOf {
  constructor(
    readonly world: World,
    readonly host: Host,
  ) {}

  set(name: string, { uuid, memoryKiB, state, autostart = false }: SimulatedGuest): this {
    const off = state === "shut off";
    const domain: Domain = {
      uuid,
      name,
      memoryKiB,
      xml: definitionOf(name, uuid, memoryKiB),
      persistent: true,
      autostart,
      marks: new Map(),
      offReason: "shutdown",
      ...(off ? {} : { active: booted(this.world.nextLife(), new Map()) }),
    };
    if (domain.active && state === "paused")
      domain.active = { ...domain.active, state: "paused", reason: "user" };
    this.host.domains.push(domain);
    return this;
  }

  /** With all that libvirt keeps of it. */
  give(name: string, to: string, newName = name): void {
    const domain = this.host.domains.find((one) => one.name === name);
    this.delete(name);
    if (domain) this.world.host(to).domains.push({ ...domain, name: newName });
  }

  delete(name: string): void {
    this.host.domains = this.host.domains.filter((one) => one.name !== name);
  }
}
