import type { Active, Domain } from "./domains";
import type { Host, World } from "./world";

export interface MoveOptions {
  readonly live: boolean;
  readonly postcopy: boolean;
  readonly persistent: boolean;
  readonly undefineSource: boolean;
  readonly peerToPeer: boolean;
  readonly newName?: string | undefined;
  /** How many ms it takes until nothing is left to copy, and how many more after a switch to post-copy. */
  readonly copyMs?: number | undefined;
}

type Phase =
  | "connecting"
  | "pre-copy"
  /** The source stands still, and the target is not told yet to go on. */
  | "switching"
  /** The target runs, and the source is not told yet to go. */
  | "confirming"
  | "post-copy"
  /** The way between both QEMUs is broken: neither goes on until it is recovered. */
  | "broken"
  | "over";

/**
 * One move of libvirt's, version 3 of its protocol, as 9.0 does it. There are two connections that break apart from each other:
 * the one that controls it (from the source's libvirtd, or from virsh) and the one between both QEMUs.
 */
export class Move {
  phase: Phase = "connecting";
  /** Whether who carries it still has it in hand. */
  control = true;
  /** Why it failed, in virsh's words; where it is undefined and it is over, it went well. */
  error: string | undefined;
  target: Domain | undefined;
  elapsedMs = 0;
  iteration = 1;
  readonly wasRunning: boolean;
  #leftMs: number;
  #phaseMs = 0;
  #connectMs: number;
  #totalMs: number;
  #cutMs = 0;
  #aborting = false;
  readonly #controlLimitMs: number;
  readonly #dataLimitMs: number;
  /** Whether libvirt goes on by itself when QEMU has finished what nobody is in control of any more (8.5 does, not always). */
  readonly #noticesEnd: boolean;
  /** Whether the source's job counts as failed when the post-copy broke, or as one that goes on for ever: both are seen. */
  readonly forgetsJob: boolean;

  constructor(
    readonly world: World,
    readonly source: Domain,
    readonly from: Host,
    readonly to: Host,
    readonly options: MoveOptions,
  ) {
    const { chance } = world;
    this.wasRunning = source.active?.state === "running";
    this.#totalMs = options.copyMs ?? chance.between(2_000, 30_000);
    this.#leftMs = this.#totalMs;
    this.#connectMs = chance.between(500, 2_500);
    this.#controlLimitMs = chance.between(28_000, 36_000);
    this.#dataLimitMs = chance.between(50_000, 150_000);
    this.#noticesEnd = chance.happens(0.5);
    this.forgetsJob = chance.happens(0.5);
    if (source.active) source.active.move = this;
    world.begin(this);
  }

  /** Whether nothing comes through just now. */
  get cut(): boolean {
    return this.#cutMs > 0;
  }

  get over(): boolean {
    return this.phase === "over";
  }

  get switched(): boolean {
    return this.phase === "post-copy" || this.phase === "broken";
  }

  /** How much is left, from 1 down to 0. */
  get left(): number {
    return Math.max(0, this.#leftMs / this.#totalMs);
  }

  tick(ms: number): void {
    if (this.over) return;
    this.elapsedMs += ms;
    this.#phaseMs += ms;
    const linked = this.world.linked(this.from.name, this.to.name);
    this.#cutMs = linked ? 0 : this.#cutMs + ms;
    if (this.#lost(linked)) return;
    if (this.#cutMs > this.#controlLimitMs && this.phase !== "connecting")
      this.loseControl("Lost connection to destination host");
    if (this.#cutMs > this.#dataLimitMs && this.phase === "post-copy") this.breakData();
    if (!linked) {
      if (this.phase === "connecting" && this.#phaseMs > 60_000)
        this.fail("Cannot recv data: Connection timed out");
      return;
    }
    this.#goOn(ms);
    this.world.watchman.lookAround();
  }

  #goOn(ms: number): void {
    switch (this.phase) {
      case "connecting":
        if (this.#phaseMs >= this.#connectMs) this.#prepare();
        return;
      case "pre-copy":
        this.#leftMs -= ms;
        this.iteration = 1 + Math.floor(3 * (1 - this.left));
        if (this.#leftMs <= 0) this.#toSwitching();
        return;
      case "switching":
        if (this.#phaseMs >= 250 && this.control) this.#finish();
        return;
      case "confirming":
        if (this.#phaseMs >= 250) this.#confirm();
        return;
      case "post-copy":
        this.#leftMs -= ms;
        if (this.#leftMs <= 0) this.#completePostCopy();
    }
  }

  /** What is to be done when one of both QEMUs, or its whole host, is no more; true when that ended the tick. */
  #lost(linked: boolean): boolean {
    const source = this.source.active?.move === this;
    const target = this.phase === "connecting" || this.target?.active?.move === this;
    if (source && target) return false;
    // Without a word from a host that died it is noticed only by silence, or when the host is back.
    if (!linked && this.#cutMs < this.#controlLimitMs) return true;
    if (!source && !target) this.#end("both ends are gone");
    else if (!this.switched)
      this.fail(source ? "Lost connection to destination host" : "domain is not running");
    else this.breakData();
    return true;
  }

  #prepare(): void {
    const { to, source, options } = this;
    if (!to.libvirtd) {
      this.fail("unable to connect to server: Connection refused");
      return;
    }
    const name = options.newName ?? source.name;
    const other = to.domains.find((one) => one.uuid === source.uuid || one.name === name);
    if (other && (other.uuid !== source.uuid || other.name !== name)) {
      this.fail(`operation failed: domain '${name}' already exists with uuid ${other.uuid}`);
      return;
    }
    if (other?.active) {
      this.fail(`Requested operation is not valid: domain is already active as '${name}'`);
      return;
    }
    const active: Active = {
      state: "paused",
      reason: "migrating",
      pages: "filling",
      life: source.active?.life ?? 0,
      move: this,
    };
    this.target = other ?? { ...source, name, persistent: false, active: undefined, offReason: "unknown" };
    this.target.active = active;
    if (!other) to.domains.push(this.target);
    if (!options.live && this.source.active && this.wasRunning) this.#pauseSource("migrating");
    this.#enter("pre-copy");
    this.world.tell(`libvirt fills ${name} on ${to.name} from ${this.from.name}`);
  }

  #toSwitching(): void {
    if (this.source.active?.state === "running") this.#pauseSource("migrating");
    this.#enter("switching");
  }

  #finish(): void {
    const { target, source } = this;
    if (!target?.active) return;
    const suspended = source.active?.reason === "user" || !this.wasRunning;
    target.active.pages = "whole";
    target.active.state = suspended ? "paused" : "running";
    target.active.reason = suspended ? "user" : "migrated";
    target.active.move = this;
    if (this.options.persistent) target.persistent = true;
    this.#enter("confirming");
    this.world.tell(`${target.name} goes on, on ${this.to.name}`);
  }

  /** The source is told that it can go. */
  #confirm(): void {
    if (this.target?.active) this.target.active.move = undefined;
    if (this.control) this.#removeSource(this.options.undefineSource);
    // Nobody is left who would tell it: it stands still, without a job.
    else if (this.source.active) this.source.active.move = undefined;
    this.#end();
  }

  #removeSource(undefine: boolean): void {
    const { source, from } = this;
    source.active = undefined;
    source.offReason = "migrated";
    if (undefine) source.persistent = false;
    forget(from, source);
  }

  /** `virsh migrate-postcopy`. */
  switch(): boolean {
    const { source, target } = this;
    if (this.phase !== "pre-copy" || !this.options.postcopy || !source.active || !target?.active)
      return false;
    this.#leftMs = this.world.chance.between(1_000, 20_000);
    this.#totalMs = this.#leftMs;
    source.active.state = "paused";
    source.active.reason = "post-copy";
    source.active.pages = "source half";
    target.active.state = "running";
    target.active.reason = "post-copy";
    target.active.pages = "target half";
    if (this.options.persistent) target.persistent = true;
    this.#enter("post-copy");
    this.world.tell(`${source.name} goes over to ${this.to.name} by post-copy`);
    return true;
  }

  #completePostCopy(): void {
    const { target, source } = this;
    if (!target?.active) return;
    target.active.pages = "whole";
    target.active.state = "running";
    target.active.reason = "migrated";
    target.active.move = undefined;
    this.world.tell(`all memory of ${target.name} is on ${this.to.name}`);
    if (this.control) this.#removeSource(this.options.undefineSource);
    else if (this.#noticesEnd && this.from.libvirtd && source.active?.move === this)
      this.#removeSource(false);
    // Else its half stays, with a job that never ends.
    this.#end();
  }

  /** Who carries it is gone: its libvirtd, its virsh, or the connection of either. */
  loseControl(why: string): void {
    if (!this.control || this.over) return;
    this.control = false;
    this.error = why;
    switch (this.phase) {
      case "connecting":
      case "pre-copy":
      case "switching":
        this.fail(why);
        return;
      case "post-copy":
        if (this.source.active) this.source.active.reason = "post-copy failed";
        this.world.tell(`nobody is in control of the move of ${this.source.name} any more`);
    }
  }

  /** A virsh that carries it was killed. Between the two last steps its source is left standing still. */
  loseClient(): void {
    if (this.options.peerToPeer || this.over) return;
    if (this.phase !== "switching") {
      this.loseControl("virsh was killed");
      return;
    }
    this.control = false;
    this.#removeTarget();
    if (this.source.active) this.source.active.move = undefined;
    this.#end("virsh was killed");
  }

  /** libvirtd on one side begins anew. */
  loseDaemon(host: Host): void {
    this.loseControl("Disconnected from qemu:///system due to end of file");
    const { active } = this.target ?? {};
    if (host === this.to && this.switched && active) active.reason = "post-copy failed";
  }

  /** The way between both QEMUs breaks. */
  breakData(): void {
    if (!this.switched) {
      this.fail("unable to read from socket: Connection reset by peer");
      return;
    }
    if (this.phase === "broken") return;
    this.#enter("broken");
    this.control = false;
    this.error = "job 'migration out' failed in post-copy phase";
    for (const one of [this.source, this.target])
      if (one?.active?.move === this) one.active.reason = "post-copy failed";
    this.world.tell(`the post-copy of ${this.source.name} is broken`);
  }

  /** `virsh migrate --postcopy-resume`; gives why it is refused. */
  recover(): string | undefined {
    if (this.phase === "post-copy") return "QEMU reports migration is still running";
    const both = this.source.active?.move === this && this.target?.active?.move === this;
    if (this.phase !== "broken" || !both) return "migration of domain is not in post-copy phase";
    if (!this.world.linked(this.from.name, this.to.name) || !this.to.libvirtd)
      return "unable to connect to server: Connection timed out";
    if (this.source.active) this.source.active.reason = "post-copy";
    if (this.target?.active) this.target.active.reason = "post-copy";
    [this.control, this.error, this.#cutMs] = [true, undefined, 0];
    this.#enter("post-copy");
    this.world.tell(`the post-copy of ${this.source.name} goes on`);
    return undefined;
  }

  /** `virsh domjobabort`; gives why it is refused. */
  abort(): string | undefined {
    if (this.switched) return "Requested operation is not valid: cannot abort migration in post-copy mode";
    if (this.#aborting || this.phase === "confirming") return undefined;
    this.#aborting = true;
    this.world.time.after(300, () => {
      this.#aborting = false;
      if (["connecting", "pre-copy"].includes(this.phase))
        this.fail("operation aborted: job 'migration out' canceled by client");
    });
    return undefined;
  }

  /** Before the switch: the guest goes on where it was. */
  fail(why: string): void {
    if (this.over) return;
    const { source } = this;
    if (source.active?.move === this) {
      source.active.move = undefined;
      if (this.wasRunning && source.active.reason === "migrating") {
        source.active.state = "running";
        source.active.reason = "migration canceled";
      }
    }
    this.#removeTarget();
    this.world.tell(`the move of ${source.name} to ${this.to.name} failed: ${why}`);
    this.#end(why);
  }

  /** The target's libvirtd removes a copy that nobody fills any more, when it has noticed. */
  #removeTarget(): void {
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

  #pauseSource(reason: string): void {
    if (!this.source.active) return;
    this.source.active.state = "paused";
    this.source.active.reason = reason;
  }

  #enter(phase: Phase): void {
    this.phase = phase;
    this.#phaseMs = 0;
  }

  #end(why?: string): void {
    this.error ??= why;
    this.phase = "over";
  }
}

/** A domain that neither runs nor is defined is no more. */
export function forget(host: Host, domain: Domain): void {
  if (domain.active || domain.persistent) return;
  host.domains = host.domains.filter((one) => one !== domain);
}
