import { isMeant } from "../host/domain-name";
import { isActive, presenceOf } from "../host/domain-on-host";
import type { DrainedGuest } from "../sdk/drain";
import type { HostLoad, LoadedDomain } from "./host-load";
import type { Leaving, Placed } from "./move-all";
import type { Placement } from "./placement";

/** The active guests of a host that a drain is about: all, or those that are given by their names or UUIDs. */
export function wantedOn({ domains }: HostLoad, given: readonly string[] | undefined): LoadedDomain[] {
  const wanted = (domain: LoadedDomain) => given?.some((one) => isMeant(one, domain)) ?? true;
  return domains.filter((domain) => isActive(domain.state) && wanted(domain));
}

/** Names and UUIDs that no host has a guest of. */
export function unknownGuests(given: readonly string[] | undefined, loads: readonly HostLoad[]): string[] {
  const known = loads.flatMap(({ domains }) => domains);
  return (given ?? []).filter((one) => !known.some((domain) => isMeant(one, domain)));
}

/** What was moved before, with where each guest is active now, and under which name; empty: nowhere. */
export function seenNow(moved: readonly DrainedGuest[], loads: readonly HostLoad[]): DrainedGuest[] {
  return moved.map((guest) => {
    const found = whereIs(guest, loads);
    return { ...guest, name: found?.domain.name ?? guest.name, to: found?.host ?? "" };
  });
}

/**
 * Takes the last moves in. Where a guest came from first stays, however often it is moved. One of the same name with another UUID
 * takes the place of a guest that is active nowhere any more.
 */
export function remember(moved: readonly DrainedGuest[], placed: readonly Placed[]): DrainedGuest[] {
  const known = new Map(moved.map((guest) => [guest.uuid, guest]));
  for (const { name, uuid, placement } of placed) {
    const same = known.get(uuid);
    if (placement.moved) {
      for (const other of known.values())
        if (other.name === name && other.uuid !== uuid) known.delete(other.uuid);
      known.set(uuid, drainedGuest(name, uuid, same?.from ?? placement.from, placement));
    } else if (same !== undefined) known.set(uuid, { ...same, to: placement.runningOn });
  }
  return [...known.values()];
}

/** What becomes of the guests that are to go home. */
export interface WayHome {
  readonly leaving: readonly Leaving[];
  /** Those that are active nowhere. */
  readonly gone: readonly DrainedGuest[];
}

/** Which of the guests are elsewhere, and which are gone; those that are home already are neither. */
export function wayHome(moved: readonly DrainedGuest[], home: string, loads: readonly HostLoad[]): WayHome {
  const leaving: Leaving[] = [];
  const gone: DrainedGuest[] = [];
  for (const guest of moved) {
    const found = whereIs(guest, loads);
    if (found === undefined) gone.push(guest);
    else if (found.host !== home) leaving.push({ ...found.domain, from: found.host });
  }
  return { leaving, gone };
}

/** The host where the very guest is active, whatever it is called by now: where it runs, before where it stands still. */
function whereIs({ uuid }: DrainedGuest, loads: readonly HostLoad[]) {
  const having = loads.flatMap(({ host, domains }) =>
    domains
      .filter((domain) => domain.uuid === uuid && isActive(domain.state))
      .map((domain) => ({ host, domain })),
  );
  return having.find(({ domain }) => presenceOf(domain) === "running") ?? having[0];
}

function drainedGuest(name: string, uuid: string, from: string, placement: Placement): DrainedGuest {
  const { runningOn, totalTimeMs, jobTimeMs, downtimeMs, dataMovedMiB } = placement;
  const { proofs, waived, command, migratedAt } = placement;
  const figures = { totalTimeMs, jobTimeMs, downtimeMs, dataMovedMiB };
  return { name, uuid, from, to: runningOn, ...figures, proofs, waived, command, migratedAt };
}
