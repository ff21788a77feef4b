import { markNamespace } from "../../provider/migrate/home-mark";
import { followAdvice } from "./advice";
import { type Domain, described } from "./domains";
import { type DrainStack, urn } from "./drain-stack";
import { mostRuns } from "./migration-life";
import { Runs } from "./runs";
import { errorText } from "./stack";
import { type Told, toldBy } from "./told";
import type { World } from "./world";

const by = markNamespace(urn);

/** The life of a stack that empties a host, and brings its guests home. */
export class DrainLife {
  readonly runs: Runs;
  /** What was asked for last. */
  #wanted: "drained" | "home" | "nothing" = "nothing";

  constructor(
    readonly world: World,
    readonly stack: DrainStack,
    /** Whether a destroy refreshes first. */
    readonly refreshes: boolean,
    readonly wrong: string[],
    /** Where each guest was at first, where nobody but this drain moves any: then it needs no mark to know what is right. */
    readonly origins: ReadonlyMap<string, string>,
  ) {
    this.runs = new Runs(world, stack, wrong);
  }

  drain(host: string): void {
    const { stack } = this;
    const begun = this.runs.begin(() => {
      stack.program = { ...stack.program, host };
      return stack.up();
    });
    if (begun) this.#wanted = "drained";
  }

  destroy(): void {
    const before = this.stack.kept?.state.movedGuests ?? [];
    const begun = this.runs.begin(() => {
      const run = this.stack.destroy(this.refreshes);
      void run.done.then(() => {
        if (this.stack.kept === undefined) this.#isLeftBehind(before.map(({ uuid }) => uuid));
      });
      return run;
    });
    if (begun) this.#wanted = "home";
  }

  /** No drain is gone, in the middle of whatever happens, of whose guests one is away: it may be on a host that does not answer. */
  #isLeftBehind(known: readonly string[]): void {
    for (const [uuid, origin] of this.origins) {
      const active = this.world.activeOf(uuid);
      if (known.includes(uuid) && active.some(({ host }) => host.name !== origin))
        this.wrong.push(`destroyed, and ${uuid} is ${described(active)}`);
    }
  }

  /** Lets the run that goes on come to its end; one that was killed is made again. */
  async again(): Promise<void> {
    if (this.#wanted === "home") this.destroy();
    else this.drain(this.stack.program.host);
    await this.runs.end();
  }

  /** Everything is sound again: the same command again empties the host, or brings home whoever left it. */
  async endWell(): Promise<void> {
    if (this.#wanted === "nothing") return;
    const home = this.#wanted === "home";
    // What no run came to the end of making, the engine knows nothing of: it is made first, then destroyed.
    if (!home || (this.stack.kept === undefined && this.#marked().length > 0))
      await this.#repeat(
        "drain",
        () => this.drain(this.stack.program.host),
        (left) => this.#isEmptied(left),
      );
    if (!home || this.wrong.length > 0) return;
    const homes = this.#homes();
    await this.#repeat(
      "destroy",
      () => this.destroy(),
      (left) => this.#isHome(homes, left),
    );
  }

  async #repeat(what: string, act: () => void, arrived: (left: readonly string[]) => void): Promise<void> {
    const { world, stack } = this;
    for (let runs = 1; runs <= mostRuns && this.wrong.length === 0; runs++) {
      act();
      await this.runs.end();
      world.tell(`${what} ${runs}: ${stack.error === undefined ? "well" : errorText(stack.error)}`);
      const told = toldBy(stack.error ?? []);
      if (stack.error === undefined) return arrived([]);
      if (told.every((one) => this.#isLeftToOthers(one)))
        return arrived(told.flatMap(({ guest = "" }) => guest.split(", ")));
      if (runs >= 2) for (const one of told) followAdvice(world, one);
      await world.time.pass(30_000);
    }
    if (this.wrong.length === 0)
      this.wrong.push(`not done after ${mostRuns} runs of ${what}: ${errorText(stack.error)}`);
  }

  /** Whoever may leave has left, and whoever has left is remembered. */
  #isEmptied(left: readonly string[]): void {
    const { kept, program } = this.stack;
    for (const { uuid, name } of this.world.host(program.host).domains) {
      const active = this.world.activeOf(uuid);
      const here = active.some(({ host }) => host.name === program.host);
      if (here && this.#isMeant(uuid) && !left.includes(name))
        this.wrong.push(`drained, and ${name} is ${described(active)}`);
    }
    const known = kept?.state.movedGuests ?? [];
    for (const [uuid, origin] of this.origins) {
      const active = this.world.activeOf(uuid);
      const away = active.some(
        ({ host, domain }) => host.name !== origin && !this.stack.toldUnmarked(domain.name),
      );
      if (away && !known.some((guest) => guest.uuid === uuid && guest.from === origin))
        this.wrong.push(`drained, and it is forgotten that ${uuid} was on ${origin}`);
    }
    for (const { uuid, host } of this.#away())
      if (!known.some((guest) => guest.uuid === uuid && guest.to === host))
        this.wrong.push(`drained, and the state does not know ${uuid} on ${host}`);
    for (const { uuid, name } of known) {
      const active = this.world.activeOf(uuid);
      if (active.some(({ active: { pages } }) => pages !== "whole") && !left.includes(name))
        this.wrong.push(`drained, and ${name} is ${described(active)}`);
    }
    this.wrong.push(...this.#wrongStarters(left));
  }

  /** Guests that start with another host than the one where they are. */
  #wrongStarters(left: readonly string[]): string[] {
    const { watchman } = this.world;
    return [...watchman.autostart].flatMap((uuid) => {
      const [only, another] = this.world.activeOf(uuid);
      if (only === undefined || another !== undefined || only.active.pages !== "whole") return [];
      return left.includes(only.domain.name) ? [] : (watchman.wrongStarters(uuid, only.host.name) ?? []);
    });
  }

  #isMeant(uuid: string): boolean {
    return this.stack.program.guests?.includes(uuid) ?? true;
  }

  /** All domains that have a mark, in what runs or in what libvirt keeps of it. */
  #marked(): { readonly domain: Domain; readonly host: string }[] {
    return [...this.world.hosts.values()].flatMap(({ name: host, domains }) =>
      domains
        .filter(({ active, marks }) => active?.marks.has(by) || marks.has(by))
        .map((domain) => ({ domain, host })),
    );
  }

  /** Active guests that are not where their mark says that their home is. */
  #away(): { readonly uuid: string; readonly home: string; readonly host: string }[] {
    return this.#marked().flatMap(({ domain: { uuid, active }, host }) => {
      const home = /host="(.*)"/.exec(active?.marks.get(by) ?? "")?.[1];
      return home === undefined || home === host ? [] : [{ uuid, home, host }];
    });
  }

  /** Where each guest is to be brought: as the state says, or else as its mark does. */
  #homes(): ReadonlyMap<string, string> {
    const known = this.stack.kept?.state.movedGuests ?? [];
    return new Map([
      ...this.#away().map(({ uuid, home }) => [uuid, home] as const),
      ...known.map(({ uuid, from }) => [uuid, from] as const),
      ...[...this.origins].filter(([uuid]) => !this.stack.toldUnmarked(this.#nameOf(uuid))),
    ]);
  }

  #nameOf(uuid: string): string {
    return this.world.activeOf(uuid)[0]?.domain.name ?? "";
  }

  #isHome(homes: ReadonlyMap<string, string>, left: readonly string[]): void {
    const { world, stack } = this;
    if (stack.program.onDelete === "return")
      for (const [uuid, home] of homes) {
        const active = world.activeOf(uuid);
        const away = active.some((one) => one.host.name !== home || one.active.pages !== "whole");
        if (away && !left.includes(active[0]?.domain.name ?? ""))
          this.wrong.push(`home is ${home}, and the guest is ${described(active)}`);
      }
    // libvirt lets nobody change the definition of a half, and a drain that leaves its guests asks no more of it.
    const locked = ({ active }: Domain) =>
      stack.program.onDelete === "leave" && active !== undefined && active.pages !== "whole";
    for (const { domain, host } of this.#marked())
      if (!left.includes(domain.name) && !locked(domain))
        this.wrong.push(`destroyed, and ${domain.name} on ${host} has its mark still`);
    this.wrong.push(...this.#wrongStarters(left));
  }

  /** Nothing that a run could do about it: somebody stopped or renamed the guest, or another of its name is in the way. */
  #isLeftToOthers({ code = "", guest = "" }: Told): boolean {
    const { foreign, suspended } = this.world.watchman;
    const all = [...this.world.hosts.values()].flatMap(({ domains }) => domains);
    if (["KVM-617", "KVM-602", "KVM-620"].includes(code))
      return all.some(({ uuid, name }) => foreign.has(uuid) && guest.split(", ").includes(name));
    const theirs = all.filter(({ name }) => name === guest);
    if (code === "KVM-616") return theirs.some(({ uuid }) => suspended.has(uuid));
    // libvirt does not let it come where its own definition has its other name.
    return code === "KVM-628" && guest === "renamed";
  }
}
