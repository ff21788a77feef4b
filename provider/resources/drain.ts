import { isDeepStrictEqual } from "node:util";
import { bringHome, leaveThere } from "../migrate/bring-home";
import { isUnfinished, knownNow, wantedOn } from "../migrate/drained-guests";
import { emptyHost } from "../migrate/empty-host";
import { markNamespace } from "../migrate/home-mark";
import { notAllMoved } from "../migrate/not-all-moved";
import { sameOptions } from "../migrate/options";
import { previewDrain } from "../migrate/preview-drain";
import { describeSilence, viewLoads } from "../migrate/view-loads";
import type { PropertyChange } from "../protocol/provider-logic";
import type { DrainedGuest } from "../sdk/drain";
import { type DrainInputs, drainInputs } from "./inputs";
import { type Operation, PartialFailure, type Resource } from "./resource";

type State = { readonly movedGuests: readonly DrainedGuest[]; readonly drained: boolean };

/** Inputs whose change alone brings no guest back that has left. */
const others = [
  "hosts",
  "to",
  "guests",
  "antiAffinity",
  "affinity",
  "notBefore",
  "notAfter",
  "observer",
  "probes",
  "onDelete",
  "timeoutSeconds",
  "guestLimits",
  "maxOutgoing",
  "waive",
] as const;

/** kvmlab:index:Drain: a host that its guests have left, until they are brought home. */
export const drain: Resource<DrainInputs, State> = {
  inputs: drainInputs,
  secretOutputs: [],
  // Each guest's move has a limit of its own: forty guests take forty times as long as one.
  limitsItself: true,
  defaults: { onDelete: "return", timeoutSeconds: 600, maxOutgoing: 2, waive: [] },

  diff(olds, news, state) {
    const changes = new Map<string, PropertyChange>();
    // Home first: a guest must not be on its way from one host to the other when the other is emptied.
    if (olds.host !== news.host) changes.set("host", { kind: "update", replaces: true, deleteFirst: true });
    if (!state.drained) changes.set("drained", { kind: "update", replaces: false });
    if (!sameOptions(olds.options, news.options)) changes.set("options", { kind: "update", replaces: false });
    for (const key of others) {
      if (!isDeepStrictEqual(olds[key], news[key])) changes.set(key, { kind: "update", replaces: false });
    }
    return changes;
  },

  // Which guests are there is known only when the host is asked.
  previewOutputs: () => ({ drained: true }),

  previewNote: (inputs, state, operation) => previewDrain(inputs, state?.movedGuests ?? [], operation),

  async create(inputs, operation) {
    const state = await drained(inputs, [], operation);
    return { id: inputs.host, state };
  },

  async read({ host, hosts, guests }, { movedGuests, drained: before }, operation) {
    const view = await viewLoads(hosts, "all", operation);
    const load = view.loads.find((one) => one.host === host);
    if (view.silent.length > 0)
      operation.log.say(`${describeSilence(view)}: what was known of guests there stands`);
    const known = knownNow(movedGuests, view, markNamespace(operation.urn));
    const unfinished = known.some((guest) => isUnfinished(guest, view));
    const empty = load === undefined ? before : wantedOn(load, guests).length === 0;
    return { state: { movedGuests: known, drained: empty && !unfinished }, found: {} };
  },

  update: (inputs, { movedGuests }, operation) => drained(inputs, movedGuests, operation),

  async delete(inputs, { movedGuests }, operation) {
    const { host, onDelete } = inputs;
    if (onDelete === "leave") return leaveThere(inputs, movedGuests, operation);
    const failures = await bringHome(inputs, movedGuests, operation);
    // A proof that failed is told, and holds nothing up: the next time its guest is home.
    if (failures.length > 0)
      throw notAllMoved(host, `all guests that left ${host} to be back there`, failures);
  },
};

/** What did move is remembered, whatever else failed. */
async function drained(
  inputs: DrainInputs,
  before: readonly DrainedGuest[],
  operation: Operation,
): Promise<State> {
  const { host } = inputs;
  const { moved, failures } = await emptyHost(inputs, before, operation);
  if (failures.length === 0) return { movedGuests: moved, drained: true };
  const error = notAllMoved(host, `all guests to leave ${host}, each the same as before`, failures);
  // Nothing moved yet: there is nothing to remember, and nothing that a destroy would have to undo.
  if (moved.length === 0) throw error;
  throw new PartialFailure(host, { movedGuests: moved, drained: false }, error);
}
