import { definitionOf } from "./domains";
import { DrainLife } from "./drain-life";
import { type DrainProgram, DrainStack } from "./drain-stack";
import { bootHost, type Happening, happen } from "./happenings";
import { Libvirt } from "./libvirt";
import { MigrationLife } from "./migration-life";
import { uuidOf } from "./simulated-hosts";
import { type Program, Stack } from "./stack";
import { VirtualTime } from "./virtual-time";
import { World } from "./world";

/** A program, what it meets at first, and what happens to it and its hosts, each some time after the one before. */
export interface History {
  readonly seed: number;
  readonly hosts: number;
  readonly program: Omit<Program, "name" | "startOn" | "to">;
  /** The guest is there already, and somebody else's. */
  readonly existing: boolean;
  /** Whether the guests start with their host at first. Default false. */
  readonly autostart?: boolean;
  /** Another stack that empties a host of several guests, the program's among them. */
  readonly drain?: DrainHistory | undefined;
  readonly happenings: readonly (readonly [number, Happening])[];
}

export interface DrainHistory extends Omit<DrainProgram, "host" | "guests"> {
  /** How many guests there are, the first one among them: all are there already. */
  readonly fleet: number;
  /** Whether it is told which guests it is about, or takes all. */
  readonly listed: boolean;
  /** Whether a destroy refreshes first. */
  readonly refreshes: boolean;
}

const name = "guest";
export const existingUuid = uuidOf(1);
const strangerUuid = uuidOf(9);

/** Lives through a history, and gives all that was wrong with it; nothing, when the product kept its word. */
export async function live(history: History): Promise<{ wrong: string[]; story: readonly string[] }> {
  const world = new World(new VirtualTime(), history.seed);
  for (let index = 0; index < history.hosts; index++) world.add(`h${index}`);
  const { drain, existing } = history;
  const fleet = Array.from({ length: drain?.fleet ?? (existing ? 1 : 0) }, (_, index) => uuidOf(index + 1));
  for (const [index, uuid] of fleet.entries())
    addExisting(world, index === 0 ? name : `${name}${index}`, uuid);
  if (drain?.listed) addStranger(world);
  const wrong: string[] = [];
  const stack = new Stack(world, { ...history.program, name, startOn: "h0", to: "h0" });
  const migration = new MigrationLife(world, stack, wrong);
  const drained = drain && drainLife(world, drain, fleet, isUndisturbed(history) ? fleet : [], wrong);
  const lives = drained ? [migration, drained] : [migration];
  if (fleet.length === 0) await migration.run("h0");
  if (history.autostart) for (const { uuid } of world.host("h0").domains) startsWithHost(world, uuid);
  for (const [afterMs, happening] of history.happenings) {
    await world.time.pass(afterMs);
    if (happening.what === "up") migration.begin(`h${happening.to % history.hosts}`);
    if (happening.what === "drain") drained?.drain(`h${happening.at % history.hosts}`);
    if (happening.what === "drain destroyed") drained?.destroy();
    if (happening.what === "namesake appears" && isAmbiguous(history, happening.runs)) continue;
    const uuid = fleet.length > 1 ? fleet[Math.floor(world.chance.next() * fleet.length)] : migration.uuid;
    const running = lives.flatMap(({ runs }) => runs.unfinished ?? []);
    happen(happening, { world, uuid, name, running });
    world.watchman.inspectHosts();
  }
  for (const life of lives) if (life.runs.unfinished) await life.again();
  // Moves that fail by their time limit again and again say nothing about a fleet.
  if (drained) world.copyMs = 5_000;
  await becomeSound(world);
  await (drained ?? migration).endWell();
  return { wrong: [...world.watchman.violations, ...wrong], story: world.story };
}

function drainLife(
  world: World,
  drain: DrainHistory,
  fleet: readonly string[],
  undisturbed: readonly string[],
  wrong: string[],
): DrainLife {
  const { fleet: _, listed, refreshes, ...program } = drain;
  const stack = new DrainStack(world, { ...program, host: "h0", ...(listed ? { guests: fleet } : {}) });
  return new DrainLife(world, stack, refreshes, wrong, new Map(undisturbed.map((uuid) => [uuid, "h0"])));
}

/** Whether the drain alone moves guests, off the host where all are at first, and back. */
function isUndisturbed({ happenings, hosts, drain }: History): boolean {
  const undisturbed = happenings.every(
    ([, happening]) =>
      happening.what !== "up" &&
      !happening.what.endsWith("by hand") &&
      (happening.what !== "drain" || happening.at % hosts === 0),
  );
  return undisturbed && drain?.onDelete === "return";
}

/** Who gives a name alone that two guests have means neither, and who empties a host of all guests means each that is there. */
function isAmbiguous({ program, drain }: History, runs: boolean): boolean {
  return (!program.managesGuest && !program.byUuid) || (drain?.listed === false && runs);
}

/** Somebody else's, that runs on the host that is emptied. */
function addStranger(world: World): void {
  world.watchman.foreign.add(strangerUuid);
  addExisting(world, "stranger", strangerUuid);
}

function startsWithHost(world: World, uuid: string): void {
  new Libvirt(world, world.host("h0"), "them").autostart(uuid, true);
  world.watchman.autostart.add(uuid);
}

function addExisting(world: World, called: string, uuid: string): void {
  const there = new Libvirt(world, world.host("h0"), "them");
  there.define(definitionOf(called, uuid, 102_408));
  there.start(uuid);
}

/** Nothing is broken any more, and nobody interferes. */
async function becomeSound(world: World): Promise<void> {
  world.tell("* the world is sound again");
  world.join();
  for (const host of world.hosts.values()) {
    bootHost(host);
    host.libvirtd = true;
  }
  await world.time.pass(60_000);
}
