import { type Active, type Domain, forget } from "./domains";
import type { Move } from "./move";
import type { MoveOptions } from "./move-options";
import type { Host, World } from "./world";

/** The domains on both sides of a move, and what each of its steps makes of them. */
export class MoveSides {
  target: Domain | undefined;
  readonly wasRunning: boolean;

  constructor(
    readonly world: World,
    readonly source: Domain,
    readonly from: Host,
    readonly to: Host,
    readonly options: MoveOptions,
  ) {
    this.wasRunning = source.active?.state === "running";
  }

  /** Whether each side still has its copy or half of this move. */
  present(move: Move): { readonly source: boolean; readonly target: boolean } {
    return { source: this.source.active?.move === move, target: this.target?.active?.move === move };
  }

  /** Makes the copy that is to be filled; gives why libvirt refuses it. */
  prepareTarget(move: Move): string | undefined {
    const { to, source, options } = this;
    if (!to.libvirtd) return "unable to connect to server: Connection refused";
    const name = options.newName ?? source.name;
    const other = to.domains.find((one) => one.uuid === source.uuid || one.name === name);
    if (other && (other.uuid !== source.uuid || other.name !== name))
      return `operation failed: domain '${name}' already exists with uuid ${other.uuid}`;
    if (other?.active) return `Requested operation is not valid: domain is already active as '${name}'`;
    const active: Active = {
      state: "paused",
      reason: "migrating",
      pages: "filling",
      life: source.active?.life ?? 0,
      marks: source.active?.marks ?? new Map(),
      move,
    };
    this.target = other ?? {
      ...source,
      name,
      persistent: false,
      autostart: false,
      active: undefined,
      offReason: "unknown",
    };
    this.target.active = active;
    if (!other) to.domains.push(this.target);
    if (!options.live && this.source.active && this.wasRunning) this.pauseSource("migrating");
    return undefined;
  }

  /** The target goes on, as the source was. */
  startTarget(): boolean {
    const { target, source } = this;
    if (!target?.active) return false;
    const suspended = source.active?.reason === "user" || !this.wasRunning;
    target.active.pages = "whole";
    target.active.state = suspended ? "paused" : "running";
    target.active.reason = suspended ? "user" : "migrated";
    this.#defineTarget();
    return true;
  }

  /** The target runs before it has all of the memory; false when there are not two sides. */
  halve(): boolean {
    const { source, target } = this;
    if (!source.active || !target?.active) return false;
    source.active.state = "paused";
    source.active.reason = "post-copy";
    source.active.pages = "source half";
    target.active.state = "running";
    target.active.reason = "post-copy";
    target.active.pages = "target half";
    this.#defineTarget();
    return true;
  }

  /** The target has fetched all that was missing; false when it is gone. */
  completeTarget(): boolean {
    const { active } = this.target ?? {};
    if (!active) return false;
    active.pages = "whole";
    active.state = "running";
    active.reason = "migrated";
    active.move = undefined;
    return true;
  }

  pauseSource(reason: string): void {
    if (!this.source.active) return;
    this.source.active.state = "paused";
    this.source.active.reason = reason;
  }

  /** Before the switch: the guest goes on where it was. */
  returnSource(): void {
    const { active } = this.source;
    if (!active) return;
    active.move = undefined;
    if (this.wasRunning && active.reason === "migrating") {
      active.state = "running";
      active.reason = "migration canceled";
    }
  }

  /** Both halves of this move are broken, as far as they are there. */
  breakHalves(move: Move): void {
    for (const one of [this.source, this.target])
      if (one?.active?.move === move) one.active.reason = "post-copy failed";
  }

  /** Both halves go on. */
  fixHalves(): void {
    for (const one of [this.source, this.target]) if (one?.active) one.active.reason = "post-copy";
  }

  removeSource(undefine: boolean): void {
    const { source, from } = this;
    source.active = undefined;
    source.offReason = "migrated";
    if (undefine) [source.persistent, source.autostart] = [false, false];
    forget(from, source);
  }

  /** The target's libvirtd removes a copy that nobody fills any more, when it has noticed. */
  removeTarget(): void {
    const { target, to, world } = this;
    if (target?.active === undefined) return;
    const { active } = target;
    const remove = () => {
      if (target.active !== active || active.pages !== "filling") return;
      if (!to.libvirtd) return void world.time.after(5_000, remove);
      target.active = undefined;
      target.offReason = "failed";
      forget(to, target);
    };
    const soon = world.linked(this.from.name, to.name);
    world.time.after(soon ? world.chance.between(50, 800) : world.chance.between(25_000, 40_000), remove);
  }

  /** As the source keeps it, beside what runs; of a source that keeps nothing, as it runs. */
  #defineTarget(): void {
    const { target, source } = this;
    if (!this.options.persistent || target === undefined) return;
    target.persistent = true;
    target.marks = source.persistent ? source.marks : (target.active?.marks ?? new Map());
  }
}
