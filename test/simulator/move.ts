import type { Domain } from "./domains";
import { MemoryCopy } from "./memory-copy";
import { drawMove, type MoveChances } from "./move-chances";
import type { MoveOptions } from "./move-options";
import { MoveSides } from "./move-sides";
import type { Host, World } from "./world";

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
  elapsedMs = 0;
  readonly sides: MoveSides;
  readonly #chances: MoveChances;
  readonly #copy: MemoryCopy;
  #phaseMs = 0;
  #cutMs = 0;
  #aborting = false;

  constructor(
    readonly world: World,
    readonly source: Domain,
    readonly from: Host,
    readonly to: Host,
    readonly options: MoveOptions,
  ) {
    this.sides = new MoveSides(world, source, from, to, options);
    this.#chances = drawMove(world.chance, options.copyMs);
    this.#copy = new MemoryCopy(this.#chances.copyMs);
    if (source.active) source.active.move = this;
    world.begin(this);
  }

  get target(): Domain | undefined {
    return this.sides.target;
  }

  get forgetsJob(): boolean {
    return this.#chances.forgetsJob;
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
    return this.#copy.left;
  }

  get iteration(): number {
    return this.#copy.iteration;
  }

  tick(ms: number): void {
    if (this.over) return;
    this.elapsedMs += ms;
    this.#phaseMs += ms;
    const linked = this.world.linked(this.from.name, this.to.name);
    this.#cutMs = linked ? 0 : this.#cutMs + ms;
    if (this.#lost(linked)) return;
    if (this.#cutMs > this.#chances.controlLimitMs && this.phase !== "connecting")
      this.#loseControl("Lost connection to destination host");
    if (this.#cutMs > this.#chances.dataLimitMs && this.phase === "post-copy") this.breakData();
    if (!linked) {
      if (this.phase === "connecting" && this.#phaseMs > 60_000)
        this.#fail("Cannot recv data: Connection timed out");
      return;
    }
    this.#goOn(ms);
    this.world.watchman.inspectHosts();
  }

  /** What is to be done when one of both QEMUs, or its whole host, is no more; true when that ended the tick. */
  #lost(linked: boolean): boolean {
    const present = this.sides.present(this);
    const { source } = present;
    const target = this.phase === "connecting" || present.target;
    if (source && target) return false;
    // Without a word from a host that died it is noticed only by silence, or when the host is back.
    if (!linked && this.#cutMs < this.#chances.controlLimitMs) return true;
    if (!source && !target) this.#end("both ends are gone");
    else if (!this.switched)
      this.#fail(source ? "Lost connection to destination host" : "domain is not running");
    else this.breakData();
    return true;
  }

  #goOn(ms: number): void {
    switch (this.phase) {
      case "connecting":
        if (this.#phaseMs >= this.#chances.connectMs) this.#prepare();
        return;
      case "pre-copy": {
        const copied = this.#copy.goOn(ms);
        this.#copy.countPasses();
        if (copied) this.#toSwitching();
        return;
      }
      case "switching":
        if (this.#phaseMs >= 250 && this.control) this.#finish();
        return;
      case "confirming":
        if (this.#phaseMs >= 250) this.#confirm();
        return;
      case "post-copy":
        if (this.#copy.goOn(ms)) this.#completePostCopy();
    }
  }

  #prepare(): void {
    const why = this.sides.prepareTarget(this);
    if (why !== undefined) {
      this.#fail(why);
      return;
    }
    this.#enter("pre-copy");
    this.world.tell(`libvirt fills ${this.target?.name} on ${this.to.name} from ${this.from.name}`);
  }

  #toSwitching(): void {
    if (this.source.active?.state === "running") this.sides.pauseSource("migrating");
    this.#enter("switching");
  }

  #finish(): void {
    if (!this.sides.startTarget()) return;
    this.#enter("confirming");
    this.world.tell(`${this.target?.name} goes on, on ${this.to.name}`);
  }

  /** The source is told that it can go. */
  #confirm(): void {
    if (this.target?.active) this.target.active.move = undefined;
    if (this.control) this.sides.removeSource(this.options.undefineSource);
    // Nobody is left who would tell it: it stands still, without a job.
    else if (this.source.active) this.source.active.move = undefined;
    this.#end();
  }

  /** `virsh migrate-postcopy`. */
  switch(): boolean {
    if (this.phase !== "pre-copy" || !this.options.postcopy || !this.sides.halve()) return false;
    this.#copy.switch(this.world.chance.between(1_000, 20_000));
    this.#enter("post-copy");
    this.world.tell(`${this.source.name} goes over to ${this.to.name} by post-copy`);
    return true;
  }

  #completePostCopy(): void {
    if (!this.sides.completeTarget()) return;
    this.world.tell(`all memory of ${this.target?.name} is on ${this.to.name}`);
    if (this.control) this.sides.removeSource(this.options.undefineSource);
    else if (this.#chances.noticesEnd && this.from.libvirtd && this.sides.present(this).source)
      this.sides.removeSource(false);
    // Else its half stays, with a job that never ends.
    this.#end();
  }

  /** Who carries it is gone: its libvirtd, its virsh, or the connection of either. */
  #loseControl(why: string): void {
    if (!this.control || this.over) return;
    this.control = false;
    this.error = why;
    switch (this.phase) {
      case "connecting":
      case "pre-copy":
      case "switching":
        this.#fail(why);
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
      this.#loseControl("virsh was killed");
      return;
    }
    this.control = false;
    this.sides.removeTarget();
    if (this.source.active) this.source.active.move = undefined;
    this.#end("virsh was killed");
  }

  /** libvirtd on one side begins again. */
  loseDaemon(host: Host): void {
    this.#loseControl("Disconnected from qemu:///system due to end of file");
    const { active } = this.target ?? {};
    if (host === this.to && this.switched && active) active.reason = "post-copy failed";
  }

  /** The way between both QEMUs breaks. */
  breakData(): void {
    // All of it has come through: what breaks now carries nothing any more.
    if (this.phase === "confirming") return;
    if (!this.switched) {
      this.#fail("unable to read from socket: Connection reset by peer");
      return;
    }
    if (this.phase === "broken") return;
    this.#enter("broken");
    this.control = false;
    this.error = "job 'migration out' failed in post-copy phase";
    this.sides.breakHalves(this);
    this.world.tell(`the post-copy of ${this.source.name} is broken`);
  }

  /** `virsh migrate --postcopy-resume`; gives why it is refused. */
  recover(): string | undefined {
    if (this.phase === "post-copy") return "QEMU reports migration is still running";
    const { source, target } = this.sides.present(this);
    if (this.phase !== "broken" || !source || !target) return "migration of domain is not in post-copy phase";
    if (!this.world.linked(this.from.name, this.to.name) || !this.to.libvirtd)
      return "unable to connect to server: Connection timed out";
    this.sides.fixHalves();
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
        this.#fail("operation aborted: job 'migration out' canceled by client");
    });
    return undefined;
  }

  /** Before the switch: the guest goes on where it was. */
  #fail(why: string): void {
    if (this.over) return;
    if (this.sides.present(this).source) this.sides.returnSource();
    this.sides.removeTarget();
    this.world.tell(`the move of ${this.source.name} to ${this.to.name} failed: ${why}`);
    this.#end(why);
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
