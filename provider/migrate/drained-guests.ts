import { isActive, presenceOf } from "../host/domain-on-host";
import type { DrainedGuest } from "../sdk/drain";
import type { HostLoad, LoadedDomain } from "./host-load";
import type { Leaving, Placed } from "./move-all";
import type { Placement } from "./place";

/** The active guests of a host that a drain is about: all, or those that are named. */
export function wantedOn({ domains }: HostLoad, names: readonly string[] | undefined): LoadedDomain[] {
  return domains.filter(({ name, state }) => isActive(state) && (names?.includes(name) ?? true));
}

/** Names that no host has a guest of. */
export function unknownNames(names: readonly string[] | undefined, loads: readonly HostLoad[]): string[] {
  const known = new Set(loads.flatMap(({ domains }) => domains.map(({ name }) => name)));
  return (names ?? []).filter((name) => !known.has(name));
}

/** What was moved before, with where each guest is active now; empty: nowhere. */
export function seenNow(moved: readonly DrainedGuest[], loads: readonly HostLoad[]): DrainedGuest[] {
  return moved.map((guest) => ({ ...guest, to: whereIs(guest, loads)?.host ?? "" }));
}

/** Takes the last moves in. Where a guest came from first stays, however often it is moved; another guest of its name is another. */
export function remember(moved: readonly DrainedGuest[], placed: readonly Placed[]): DrainedGuest[] {
  const known = new Map(moved.map((guest) => [guest.name, guest]));
  for (const { name, uuid, placement } of placed) {
    const before = known.get(name);
    const same = before?.uuid === uuid ? before : undefined;
    if (placement.moved) known.set(name, drainedGuest(name, uuid, same?.from ?? placement.from, placement));
    else if (same !== undefined) known.set(name, { ...same, to: placement.runningOn });
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

/** The host where the very guest is active: where it runs, before where it stands still. */
function whereIs({ name, uuid }: DrainedGuest, loads: readonly HostLoad[]) {
  const having = loads.flatMap(({ host, domains }) =>
    domains
      .filter((domain) => domain.name === name && domain.uuid === uuid && isActive(domain.state))
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
