import { ProviderError } from "../errors/provider-error";
import { markAutostart, unmarkAutostart } from "../host/autostart-mark";
import type { GuestView } from "../host/guest-view";
import type { HostConnection } from "../host/host-connection";
import type { HostPool } from "../host/host-pool";
import { changeMs, placeAutostart } from "./place-autostart";
import { type Resolved, resolvedFrom } from "./resolve-outcome";
import type { Move } from "./run-migration";

interface Context {
  readonly hosts: readonly HostConnection[];
  readonly pool: Pick<HostPool, "virsh" | "shell">;
  readonly say: (line: string) => void;
}

/** What says that the guest is where it was. */
const stayed: ReadonlySet<string> = new Set(["KVM-605", "KVM-613"]);

/** The autostart of a guest that is moved: read from the look that was made anyway, so that a guest without it costs nothing. */
export class AutostartOfMove {
  /** Whether the guest had it; undefined where no host tells. */
  readonly before: boolean | undefined;
  /** Whether its definition says that it is on its way with it. */
  #marked: boolean;
  /** Whether the host that it should leave has it. */
  readonly #onSource: boolean;

  constructor(
    readonly move: Move,
    view: GuestView,
    readonly context: Context,
  ) {
    const at = (name: string) => view.seen.find(({ host }) => host === name)?.domain;
    const [source, target] = [at(move.from.name), at(move.to.name)];
    this.#marked = (source ?? target)?.carriesAutostart === true;
    this.#onSource = source?.autostart === true;
    // A run that was killed may have left it here without its autostart.
    this.before = this.#marked || source?.autostart;
  }

  /** Says so in its definition before it goes. Best effort: only a run that is killed needs it. */
  async carry(): Promise<void> {
    const { uuid, before, options } = this.move;
    if (this.before !== true || this.#marked || !options.persistent) return;
    this.#marked = true;
    await this.#change([markAutostart(uuid, before !== "off")]);
  }

  /** A guest that stayed where it was is on its way no more, and has its autostart there; gives the failure that says so. */
  async stay(failure: unknown): Promise<never> {
    const { uuid, before } = this.move;
    if (this.#marked && failure instanceof ProviderError && stayed.has(failure.facts.code))
      await this.#change([
        ...(this.#onSource ? [] : [`autostart ${uuid}`]),
        ...unmarkAutostart(uuid, before !== "off"),
      ]);
    throw failure;
  }

  /** Gives it to the guest where it arrived. */
  async arrive(resolved: Resolved): Promise<Resolved> {
    const { uuid, to, options } = this.move;
    if (this.before === undefined || !options.persistent) return resolved;
    const place = { uuid, on: to.name, autostart: this.before, marked: this.#marked, ...this.context };
    return resolvedFrom(this.move, await placeAutostart(resolved.view, place));
  }

  async #change(commands: readonly string[]): Promise<void> {
    const limits = { timeoutMs: changeMs, signal: AbortSignal.timeout(changeMs) };
    await this.context.pool.virsh(this.move.from, commands, limits).catch(() => {});
  }
}
