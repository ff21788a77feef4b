import { followAdvice } from "./advice";
import { described } from "./domains";
import { Runs } from "./runs";
import { errorText, type Stack } from "./stack";
import { toldBy } from "./told";
import type { World } from "./world";

/** Of a world that is sound again, so many runs reach what is wanted, advice of theirs followed in between. */
export const mostRuns = 8;

/** Errors that say that somebody else's guest is in the way: nothing but another name helps. */
const namesakeCodes = new Set(["KVM-501", "KVM-602", "KVM-508", "KVM-620"]);

/** The life of a stack with one guest, that should run on one of the hosts. */
export class MigrationLife {
  readonly runs: Runs;

  constructor(
    readonly world: World,
    readonly stack: Stack,
    readonly wrong: string[],
  ) {
    this.runs = new Runs(world, stack, wrong);
  }

  /** The guest that the program is about, where it is known by now. */
  get uuid(): string | undefined {
    const { foreign } = this.world.watchman;
    const all = [...this.world.hosts.values()].flatMap(({ domains }) => domains);
    return this.stack.guest?.state.uuid ?? all.find(({ uuid }) => !foreign.has(uuid))?.uuid;
  }

  begin(to: string): void {
    this.runs.begin(() => {
      this.stack.program = { ...this.stack.program, to };
      return this.stack.up();
    });
  }

  async run(to: string): Promise<void> {
    this.begin(to);
    await this.runs.end();
  }

  /** Lets the run that goes on come to its end; one that was killed is made again. */
  async again(): Promise<void> {
    await this.run(this.stack.program.to);
  }

  /** Everything is sound again, and nobody interferes any more: the same command again reaches what is wanted. */
  async endWell(): Promise<void> {
    const { world, stack } = this;
    for (let runs = 1; runs <= mostRuns && this.wrong.length === 0; runs++) {
      await this.run(stack.program.to);
      world.tell(`run ${runs}: ${stack.error === undefined ? "well" : errorText(stack.error)}`);
      if (stack.error === undefined) return this.#arrived();
      if (this.#isLeftToOthers(stack.error)) return;
      if (runs >= 2) for (const told of toldBy(stack.error)) followAdvice(world, told);
      await world.time.pass(30_000);
    }
    if (this.wrong.length === 0)
      this.wrong.push(`not where it should be after ${mostRuns} runs: ${errorText(stack.error)}`);
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
    else {
      const starters = world.watchman.wrongStarters(only.domain.uuid, to);
      if (starters !== undefined) this.wrong.push(`a run that went well, and ${starters}`);
    }
  }

  /** Namesakes in the way, or a guest that nobody manages and that is nowhere. */
  #isLeftToOthers(error: unknown): boolean {
    const codes = toldBy(error).map(({ code = "" }) => code);
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
}
