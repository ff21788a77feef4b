import type { DrainInputs } from "../resources/inputs";
import { wantedOn } from "./drained-guests";
import type { DepartingGuest, Targets } from "./plan-moves";
import { type LoadsView, loadOn } from "./view-loads";

/**
 * The guests that a drain is about and that are active on its host.
 *
 * @throws ProviderError what its silence is, when the host does not answer
 */
export function leavingGuests({ host, guests }: DrainInputs, view: LoadsView): DepartingGuest[] {
  return wantedOn(loadOn(view, host), guests).map((guest) => ({ ...guest, from: host }));
}

/**
 * Where they may go: among all hosts that answer, or to the one that is named.
 *
 * @throws ProviderError what its silence is, when that one, or each of them, does not answer
 */
export function targetsFor({ host, to }: DrainInputs, view: LoadsView): Targets {
  if (to !== undefined) return { choice: "named", loads: [loadOn(view, to)] };
  const loads = view.loads.filter((load) => load.host !== host);
  const [silent] = view.silent;
  if (loads.length === 0 && silent !== undefined) throw silent.error;
  return { choice: "chosen", loads };
}
