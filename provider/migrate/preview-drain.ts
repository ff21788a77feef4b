import { ProviderError } from "../errors/provider-error";
import { type DrainInputs, drainInputs } from "../resources/inputs";
import type { Operation } from "../resources/resource";
import type { DrainedGuest } from "../sdk/drain";
import { unknownGuests } from "./drained-guests";
import { leavingGuests, targetsFor } from "./leaving-guests";
import { closedNow, windowText } from "./maintenance-window";
import { planMoves } from "./plan-moves";
import { describeSilence, type LoadsView, viewLoads } from "./view-loads";

/** Hosts that do not answer hold a preview up no longer than this. */
const limitMs = 30_000;

/**
 * For a preview: which guests would leave the host, where each would go, and which would stay and why, as the hosts are now. It looks, and changes
 * nothing. Rules of preflight are not asked: they hold for the moment of a move. Undefined while inputs are unknown.
 */
export async function previewDrain(
  given: DrainInputs,
  moved: readonly DrainedGuest[],
  { pool, signal }: Pick<Operation, "pool" | "signal">,
): Promise<string | undefined> {
  const inputs = drainInputs.safeParse(given).data;
  if (inputs === undefined) return undefined;
  const within = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
  try {
    return planText(inputs, moved, await viewLoads(inputs.hosts, "all", { pool, signal: within }));
  } catch (error) {
    signal.throwIfAborted();
    const why = within.aborted ? `the hosts did not answer within ${limitMs / 1000} s` : reasonOf(error);
    return `where the guests of ${inputs.host} would go cannot be told now: ${why}`;
  }
}

function planText(inputs: DrainInputs, moved: readonly DrainedGuest[], view: LoadsView): string {
  const { host, guests: given } = inputs;
  const leaving = leavingGuests(inputs, view);
  const silence = view.silent.length === 0 ? [] : [`${describeSilence(view)}: no guest would go there`];
  const strangers = unknownGuests(given, view.loads, moved).map(
    (guest) => `${guest} is on no host that answers`,
  );
  if (leaving.length === 0)
    return [`no guest would leave ${host}: none is active there`, ...silence, ...strangers].join("\n");
  const { text, failures } = planMoves(inputs, leaving, targetsFor(inputs, view));
  const stay = failures.map(({ guest, error }) => `${guest} would stay on ${host}: ${reasonOf(error)}`);
  const window = windowText(inputs);
  const when = closedNow(inputs, Date.now()) === undefined ? [] : [`not now: moves may begin ${window}`];
  const names = leaving.map(({ name }) => name).join(", ");
  return [`would leave ${host}: ${names}`, text, ...stay, ...when, ...silence, ...strangers].join("\n");
}

function reasonOf(error: unknown): string {
  return error instanceof ProviderError ? `${error.facts.code}: ${error.facts.found}` : String(error);
}
