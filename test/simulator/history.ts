import { LabError } from "../../errors/lab-error";
import { PreflightFailed } from "../../provider/preflight/preflight-failed";
import { definitionOf } from "./domains";
import { bootHost, type Happening, happen } from "./happenings";
import { Libvirt } from "./libvirt";
import { uuidOf } from "./simulated-hosts";
import { errorText, type Program, Stack } from "./stack";
import { VirtualTime } from "./virtual-time";
import { World } from "./world";

/** A program, what it meets at first, and what happens to it and its hosts, each some time after the one before. */
export interface History {
  readonly seed: number;
  readonly hosts: number;
  readonly program: Omit<Program, "name" | "startOn" | "to">;
  /** The guest is there already, and somebody else's. */
  readonly existing: boolean;
  readonly happenings: readonly (readonly [number, Happening])[];
}

const name = "guest";
export const existingUuid = uuidOf(1);
/** A run that takes longer than this in the hosts' time never ends. */
const longestRunMs = 3 * 3_600_000;
/** Of a world that is sound again, so many runs reach what is wanted, advice of theirs followed in between. */
const mostRuns = 8;

/** Errors that say that somebody else's guest is in the way: nothing but another name helps. */
const namesakeCodes = new Set(["KVM-501", "KVM-602", "KVM-508", "KVM-620"]);

/** Lives through a history, and gives all that was wrong with it; nothing, when the product kept its word. */
export async function live(history: History): Promise<{ wrong: string[]; story: readonly string[] }> {
  const world = new World(new VirtualTime(), history.seed);
  for (let index = 0; index < history.hosts; index++) world.add(`h${index}`);
  const stack = new Stack(world, { ...history.program, name, startOn: "h0", to: "h0" });
  if (history.existing) addExisting(world);
  const life = new Life(world, stack);
  if (!history.existing) await life.run("h0");
  for (const [afterMs, happening] of history.happenings) {
    await world.time.pass(afterMs);
    if (happening.what === "up") life.begin(`h${happening.to % history.hosts}`);
    // Who gives a name alone that two guests have means neither.
    const byNameAlone = !stack.program.managesGuest && !stack.program.byUuid;
    if (happening.what === "namesake appears" && byNameAlone) continue;
    happen(happening, { world, uuid: life.uuid, name, running: life.running });
    world.watchman.lookAround();
  }
  await life.endWell();
  return { wrong: [...world.watchman.violations, ...life.wrong], story: world.story };
}

function addExisting(world: World): void {
  const there = new Libvirt(world, world.host("h0"), "them");
  there.define(definitionOf(name, existingUuid, 102_408));
  there.start(existingUuid);
}

class Life {
  readonly wrong: string[] = [];
  #going: ReturnType<Stack["up"]> | undefined;
  #over = true;

  constructor(
    readonly world: World,
    readonly stack: Stack,
  ) {}

  get running() {
    return this.#over ? undefined : this.#going?.deployer;
  }

  /** The guest that the program is about, where it is known by now. */
  get uuid(): string | undefined {
    const { foreign } = this.world.watchman;
    const all = [...this.world.hosts.values()].flatMap(({ domains }) => domains);
    return this.stack.guest?.state.uuid ?? all.find(({ uuid }) => !foreign.has(uuid))?.uuid;
  }

  /** Begins a run, unless one goes on: the engine lets nobody in twice. */
  begin(to: string): void {
    if (!this.#over && this.#going?.deployer.alive) return;
    this.stack.program = { ...this.stack.program, to };
    const going = this.stack.up();
    this.#going = going;
    this.#over = false;
    void going.done.then(() => {
      if (this.#going !== going) return;
      this.#over = true;
      this.#judge(this.stack.error);
    });
  }

  async run(to: string): Promise<void> {
    this.begin(to);
    const { deployer } = this.#going ?? {};
    const ended = await this.world.time.until(() => this.#over || !deployer?.alive, longestRunMs);
    if (!ended) {
      this.wrong.push("a run never ends");
      deployer?.die(true);
    }
  }

  /** Whatever failed says what was found, and what to do. */
  #judge(error: unknown): void {
    if (error === undefined) return;
    const parts = error instanceof PreflightFailed ? error.failures : [error];
    for (const part of parts) {
      if (part instanceof LabError ? part.facts.mend !== "" : errorMessage(part) === "cancelled") continue;
      this.wrong.push(`an error without a way out: ${errorText(part)}`);
    }
  }

  /** Everything is sound again, and nobody interferes any more: the same command again reaches what is wanted. */
  async endWell(): Promise<void> {
    const { world, stack } = this;
    if (this.running) await this.run(stack.program.to);
    world.tell("* the world is sound again");
    world.join();
    for (const host of world.hosts.values()) {
      bootHost(host);
      host.libvirtd = true;
    }
    await world.time.pass(60_000);
    for (let runs = 1; runs <= mostRuns && this.wrong.length === 0; runs++) {
      await this.run(stack.program.to);
      world.tell(`run ${runs}: ${stack.error === undefined ? "well" : errorText(stack.error)}`);
      if (stack.error === undefined) return this.#arrived();
      if (this.#isLeftToOthers(stack.error)) return;
      if (runs >= 2) this.#followAdvice(stack.error);
      await world.time.pass(30_000);
    }
    if (this.wrong.length === 0)
      this.wrong.push(`not where it shall be after ${mostRuns} runs: ${errorText(stack.error)}`);
  }

  #arrived(): void {
    const { world, stack, uuid } = this;
    const active = uuid === undefined ? [] : world.activeOf(uuid);
    const [only] = active;
    const { to } = stack.program;
    const suspended = uuid !== undefined && world.watchman.suspended.has(uuid);
    if (active.length !== 1 || only?.host.name !== to || only.active.pages !== "whole")
      this.wrong.push(`a run that went well, and the guest is ${described(active)}, not on ${to} alone`);
    else if (only.active.state !== "running" && !suspended)
      this.wrong.push(
        `a run that went well, and the guest is ${described(active)}, which nobody else stopped`,
      );
  }

  /** Namesakes in the way, or a guest that nobody manages and that is nowhere. */
  #isLeftToOthers(error: unknown): boolean {
    const codes = (error instanceof PreflightFailed ? error.failures : [error]).map((one) =>
      one instanceof LabError ? one.facts.code : "",
    );
    const { watchman, hosts } = this.world;
    if (codes.some((code) => namesakeCodes.has(code))) return watchman.foreign.size > 0;
    const all = [...hosts.values()].flatMap(({ domains }) => domains);
    const nowhere = all.every(({ uuid }) => watchman.foreign.has(uuid));
    // A guest that somebody stopped does not go over by post-copy, and one that was renamed is not found by its old name.
    if (codes.includes("KVM-616") && watchman.suspended.size > 0) return true;
    const renamed = all.some((one) => one.name === "renamed");
    // Nor does libvirt let it come where its own definition has its other name.
    if (renamed && codes.some((code) => ["KVM-601", "KVM-628"].includes(code))) return true;
    return codes.includes("KVM-601") && nowhere && !this.stack.program.managesGuest;
  }

  /** Does what an error tells a person to do: the commands of libvirt's that it names. */
  #followAdvice(error: unknown): void {
    if (!(error instanceof LabError)) return;
    const { mend } = error.facts;
    const said = /\bon (h\d)\b/.exec(mend)?.[1];
    if (said === undefined) return;
    for (const [, act, uuid] of mend.matchAll(/virsh (destroy|start|resume) ([0-9a-f-]{36})/g)) {
      const there = /(?:, |; )on (h\d): virsh (?:destroy|resume)/.exec(mend)?.[1] ?? said;
      const libvirt = new Libvirt(this.world, this.world.host(there), "them");
      this.world.tell(`as advised, on ${there}: virsh ${act} ${uuid}`);
      if (act === "destroy") libvirt.destroy(uuid ?? "");
      else if (act === "start") libvirt.start(uuid ?? "");
      else libvirt.resume(uuid ?? "");
    }
  }
}

function described(active: ReturnType<World["activeOf"]>): string {
  return (
    active
      .map((one) => `${one.active.state} (${one.active.reason}, ${one.active.pages}) on ${one.host.name}`)
      .join(", ") || "nowhere"
  );
}

function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
