import { ProviderError } from "../errors/provider-error";
import { isActive } from "../host/domain-on-host";
import { hostNamed } from "../host/hosts-of-guest";
import type { DrainInputs } from "../resources/inputs";
import type { Operation } from "../resources/resource";
import type { DrainedGuest } from "../sdk/drain";
import { knownNow, remember, unknownGuests } from "./drained-guests";
import { endMoves } from "./end-moves";
import { homeOf, markNamespace } from "./home-mark";
import { leavingGuests, targetsFor } from "./leaving-guests";
import { unmarkGuests } from "./mark-guest";
import { moveAll } from "./move-all";
import type { Failure } from "./not-all-moved";
import type { Targets } from "./plan-moves";
import { describeSilence, type LoadsView, loadOn, viewLoads } from "./view-loads";

/** What an attempt to empty a host came to. */
export interface Emptied {
  /** Everything that was moved off it, this time and before. */
  readonly moved: readonly DrainedGuest[];
  readonly failures: readonly Failure[];
}

/**
 * Moves the guests off a host that should leave it. What fails with one guest is in `failures`. Hosts that do not answer get none, as long as
 * the one to be emptied and one that guests can go to do.
 *
 * @throws ProviderError KVM-401 to KVM-407, KVM-610 when the host, or each that guests can go to, cannot be reached or does not answer: then none is
 *   moved
 */
export async function emptyHost(
  inputs: DrainInputs,
  before: readonly DrainedGuest[],
  operation: Operation,
): Promise<Emptied> {
  const { host, hosts, guests: given } = inputs;
  const { log, signal, urn } = operation;
  const by = markNamespace(urn);
  log.status(`looking for the guests of ${host}`);
  const view = await viewLoads(hosts, "all", operation);
  const leaving = leavingGuests(inputs, view);
  log.say(`to leave ${host}: ${leaving.map(({ name }) => name).join(", ") || "no guest"}`);
  if (view.silent.length > 0)
    log.say(`${describeSilence(view)}: no guest goes there, and what was known of guests there stands`);
  const known = knownNow(before, view, by);
  sayFound(known, before, operation);
  const targets: Targets = leaving.length > 0 ? targetsFor(inputs, view) : { choice: "chosen", loads: [] };
  const { placed, failures } = await moveAll({ ...inputs, markedBy: by }, leaving, targets, operation);
  const moved = remember(known, placed);
  const left =
    failures.length > 0 && !signal.aborted ? await inspectAgain(inputs, moved, by, operation) : moved;
  const lost = await endMoves(
    inputs,
    known.filter(({ to }) => to !== host),
    view,
    operation,
  );
  return { moved: left, failures: [...strangers(given, view, known, operation), ...failures, ...lost] };
}

function sayFound(known: readonly DrainedGuest[], before: readonly DrainedGuest[], { log }: Operation): void {
  for (const { name, uuid, from, to } of known)
    if (!before.some((guest) => guest.uuid === uuid))
      log.say(
        `${name} on ${to} was taken from ${from} by a run that did not come to its end: it is remembered`,
      );
}

/** Names that mean no guest. While a host is silent, that cannot be told of them. */
function strangers(
  given: readonly string[] | undefined,
  { loads, silent }: LoadsView,
  known: readonly DrainedGuest[],
  { log }: Operation,
): Failure[] {
  const unknown = unknownGuests(given, loads, known);
  if (silent.length === 0) return unknown.map((guest) => ({ guest, error: nowhere(guest, loads) }));
  const hosts = silent.map(({ host }) => host).join(", ");
  for (const guest of unknown) log.say(`${guest} is on no host that answers; ${hosts} may have it`);
  return [];
}

/**
 * After a failure: what of the guests has left all the same, as their marks say, is remembered; the marks of those that stayed are of no use.
 * Best effort: what is not seen now, the next run sees.
 */
async function inspectAgain(
  { host, hosts }: DrainInputs,
  moved: readonly DrainedGuest[],
  by: string,
  operation: Operation,
): Promise<readonly DrainedGuest[]> {
  try {
    const view = await viewLoads(hosts, "all", operation);
    const others = view.loads
      .filter((load) => load.host !== host)
      .flatMap(({ domains }) => domains.filter(({ state }) => isActive(state)));
    const stayed = loadOn(view, host).domains.filter(
      (domain) => homeOf(domain, by) === host && !others.some(({ uuid }) => uuid === domain.uuid),
    );
    const uuids = stayed.map(({ uuid }) => uuid);
    await unmarkGuests(hostNamed(hosts, host), uuids, by, operation);
    return knownNow(moved, view, by);
  } catch {
    return moved;
  }
}

function nowhere(guest: string, loads: LoadsView["loads"]): ProviderError {
  return new ProviderError({
    code: "KVM-601",
    host: loads.map(({ host }) => host).join(", "),
    expected: `a guest ${guest} on one of the hosts`,
    found: "none of that name or UUID",
    fix: "correct it in guests, or leave it out: virsh list --all --uuid --name",
  });
}
