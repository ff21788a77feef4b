import { isMeant } from "../host/domain-name";
import { isActive, presenceOf } from "../host/domain-on-host";
import type { DrainedGuest } from "../sdk/drain";
import { homeOf } from "./home-mark";
import type { HostLoad, LoadedDomain } from "./host-load";
import type { Placed } from "./move-all";
import type { DepartingGuest } from "./plan-moves";
import type { LoadsView } from "./view-loads";

/** The active guests of a host that a drain is about: all, or those that are given by their names or UUIDs. */
export function wantedOn({ domains }: HostLoad, given: readonly string[] | undefined): LoadedDomain[] {
  const wanted = (domain: LoadedDomain) => given?.some((one) => isMeant(one, domain)) ?? true;
  return domains.filter((domain) => isActive(domain.state) && wanted(domain));
}

/** Names and UUIDs that no host which answers has a guest of, and that are none of those that were moved. */
export function unknownGuests(
  given: readonly string[] | undefined,
  loads: readonly HostLoad[],
  moved: readonly DrainedGuest[],
): string[] {
  const known = [...loads.flatMap(({ domains }) => domains), ...moved];
  return (given ?? []).filter((one) => !known.some((domain) => isMeant(one, domain)));
}

/** How a move went that nobody watched to its end. */
const unobservedMove = {
  totalTimeMs: -1,
  jobTimeMs: -1,
  downtimeMs: -1,
  dataMovedMiB: -1,
  proofs: [],
  waived: [],
  command: "",
  migratedAt: "",
};

/**
 * What a drain has moved, by its state and by the marks that its guests carry, with where each is active now, and under which name. Nowhere is
 * empty; what a silent host may have stays where it was.
 *
 * @param by the namespace of the drain's marks
 */
export function knownNow(moved: readonly DrainedGuest[], view: LoadsView, by: string): DrainedGuest[] {
  const { loads, silent } = view;
  const known = new Map(moved.map((guest) => [guest.uuid, guest]));
  for (const domain of loads.flatMap(({ domains }) => domains)) {
    // Of a definition that was left behind nothing runs.
    if (!isActive(domain.state)) continue;
    const [home, found] = [homeOf(domain, by), placeOf(domain.uuid, loads)];
    if (home === undefined || found === undefined || found.host === home || known.has(domain.uuid)) continue;
    const { uuid, name } = domain;
    known.set(uuid, { name, uuid, from: home, to: found.host, ...unobservedMove });
  }
  return [...known.values()].map((guest) => {
    const found = placeOf(guest.uuid, loads);
    const unseen = silent.length > 0 ? guest.to : "";
    return { ...guest, name: found?.domain.name ?? guest.name, to: found?.host ?? unseen };
  });
}

/**
 * Takes the last moves in. Where a guest came from first stays, however often it is moved. One of the same name with another UUID
 * takes the place of a guest that is active nowhere any more.
 */
export function remember(moved: readonly DrainedGuest[], placed: readonly Placed[]): DrainedGuest[] {
  const known = new Map(moved.map((guest) => [guest.uuid, guest]));
  for (const one of placed) {
    const { name, uuid, placement } = one;
    const same = known.get(uuid);
    if (one.moved) {
      for (const other of known.values())
        if (other.name === name && other.uuid !== uuid && other.to === "") known.delete(other.uuid);
      known.set(uuid, drainedGuest(one, same));
    } else if (same !== undefined) known.set(uuid, { ...same, to: placement.runningOn });
  }
  return [...known.values()];
}

/** What becomes of the guests that are to go home. */
export interface ReturnPlan {
  readonly returning: readonly DepartingGuest[];
  /** Those that are active nowhere. */
  readonly gone: readonly DrainedGuest[];
  /** Those that no host shows which answers, while others do not. */
  readonly unknown: readonly DrainedGuest[];
}

/** Which of the guests are elsewhere, and which are gone; those that are home already are neither. */
export function planReturn(moved: readonly DrainedGuest[], { loads, silent }: LoadsView): ReturnPlan {
  const leaving: DepartingGuest[] = [];
  const gone: DrainedGuest[] = [];
  const unseen: DrainedGuest[] = [];
  for (const guest of moved) {
    const places = placesOf(guest.uuid, loads);
    // On two hosts it is on its way, and may have what it needs on neither alone.
    const away = places.find(({ host }) => host !== guest.from);
    if (away !== undefined) leaving.push({ ...away.domain, from: away.host });
    else if (places.length === 0) (silent.length > 0 ? unseen : gone).push(guest);
  }
  return { returning: leaving, gone, unknown: unseen };
}

/** Whether its move is not at its end: all that is seen of it is one half of a post-copy, or it came without its autostart. */
export function isUnfinished({ uuid }: DrainedGuest, { loads }: LoadsView): boolean {
  const [place, another] = placesOf(uuid, loads);
  const half = another === undefined && place?.domain.reason?.startsWith("post-copy");
  const elsewhere = loads.some(
    ({ host, domains }) =>
      host !== place?.host && domains.some((domain) => domain.uuid === uuid && domain.autostart),
  );
  const withoutAutostart = place?.domain.carriesAutostart && (!place.domain.autostart || elsewhere);
  return half === true || withoutAutostart === true;
}

/** The hosts where the very guest is active, whatever it is called by now: where it runs, before where it stands still. */
function placesOf(uuid: string, loads: readonly HostLoad[]) {
  const places = loads.flatMap(({ host, domains }) =>
    domains
      .filter((domain) => domain.uuid === uuid && isActive(domain.state))
      .map((domain) => ({ host, domain })),
  );
  const runs = ({ domain }: { readonly domain: LoadedDomain }) => presenceOf(domain) === "running";
  return places.sort((one, other) => Number(runs(other)) - Number(runs(one)));
}

function placeOf(uuid: string, loads: readonly HostLoad[]) {
  return placesOf(uuid, loads)[0];
}

function drainedGuest({ name, uuid, from, placement }: Placed, same: DrainedGuest | undefined): DrainedGuest {
  const known = { ...(same ?? { from, ...unobservedMove }), name, uuid, to: placement.runningOn };
  // It was there already: how it came there, a run that was killed saw.
  if (!placement.moved) return known;
  const { totalTimeMs, jobTimeMs, downtimeMs, dataMovedMiB } = placement;
  const { proofs, waived, command, migratedAt } = placement;
  return { ...known, totalTimeMs, jobTimeMs, downtimeMs, dataMovedMiB, proofs, waived, command, migratedAt };
}
