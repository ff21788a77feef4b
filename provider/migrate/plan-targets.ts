import type { HostFacts } from "../preflight/facts/host-facts";
import { freeKiBFor, type MemoryNeed } from "../preflight/facts/memory-need";
import { companies } from "./affinity";

/** A guest that needs a host. */
export interface GuestToPlace {
  /** For people; the plan knows a guest by its UUID. */
  readonly name: string;
  readonly uuid: string;
  readonly need: MemoryNeed;
  /** The host that a move takes it to already: it goes there, if that is a candidate. */
  readonly underWayTo?: string | undefined;
  /** UUIDs of guests that it must not share a host with. */
  readonly apartFrom?: ReadonlySet<string>;
  /** UUIDs of guests that it must share a host with. */
  readonly togetherWith?: ReadonlySet<string>;
}

/** A host that guests may come to. */
export interface Candidate {
  readonly host: string;
  readonly memory: HostFacts["memory"];
  /** Guests that cannot come, by their UUIDs, with what is there that keeps them away, for people: `another web`. */
  readonly taken: ReadonlyMap<string, string>;
}

export interface PlanLimits {
  /** What must stay available on each host, in KiB. Huge pages are set aside for guests, and nothing of them is kept back. */
  readonly reserveKiB: number;
  /** Whether a guest that fits nowhere goes to the host with the most free memory all the same. */
  readonly overcommit: boolean;
}

export interface Plan {
  /** Where each guest goes, by its UUID, in the order in which the places were given away. */
  readonly targets: ReadonlyMap<string, string>;
  /** Those that fit nowhere. */
  readonly unplaced: readonly GuestToPlace[];
  /** The hosts, with the memory that the plan leaves to them. */
  readonly left: readonly Candidate[];
}

/**
 * Gives each guest a host: the largest guest first, because it has the smallest choice, and to each the host that has the most
 * free memory then. Guests that must be together are placed as one. Those that are under way come before all others. Among equals names and UUIDs
 * decide, so that the same hosts and guests always give the same plan.
 */
export function planTargets(
  guests: readonly GuestToPlace[],
  candidates: readonly Candidate[],
  limits: PlanLimits,
): Plan {
  const left = [...candidates].sort((a, b) => compare(a.host, b.host));
  const targets = new Map<string, string>();
  const unplaced: GuestToPlace[] = [];
  const underWay = (company: readonly GuestToPlace[]) =>
    company.map(({ underWayTo }) => underWayTo).find((to) => left.some(({ host }) => host === to));
  const inOrder = companies([...guests].sort(largestFirst)).sort(
    (a, b) => Number(underWay(b) !== undefined) - Number(underWay(a) !== undefined) || sumKiB(b) - sumKiB(a),
  );
  for (const company of inOrder) {
    const goesOn = underWay(company);
    const index =
      goesOn === undefined
        ? hostWithMostMemory(company, left)
        : left.findIndex(({ host }) => host === goesOn);
    const host = left[index];
    const comes = goesOn !== undefined || limits.overcommit;
    if (host === undefined || !(comes || fits(company, host, limits))) {
      unplaced.push(...company);
      continue;
    }
    for (const { uuid } of company) targets.set(uuid, host.host);
    left[index] = company.reduce((before, guest) => taking(guest, before, guests), host);
  }
  return { targets, unplaced, left };
}

/** What a host has for guests that need this kind of memory, in KiB; below 0 when it is overcommitted. */
export function roomKiB(need: MemoryNeed, { memory }: Candidate, { reserveKiB }: PlanLimits): number {
  return freeKiBFor(need, memory) - (need.hugePages ? 0 : reserveKiB);
}

function fits(company: readonly GuestToPlace[], host: Candidate, limits: PlanLimits): boolean {
  return [true, false].every((hugePages) => {
    const ofKind = company.filter(({ need }) => need.hugePages === hugePages);
    return ofKind.length === 0 || roomKiB({ hugePages, neededKiB: 0 }, host, limits) >= sumKiB(ofKind);
  });
}

/** Index of the first host with the most free memory that all of the company may come to; -1 when there is none. */
function hostWithMostMemory(company: readonly GuestToPlace[], hosts: readonly Candidate[]): number {
  let best = { index: -1, free: Number.NEGATIVE_INFINITY };
  const [first] = company;
  if (first === undefined || isAtOdds(company)) return -1;
  for (const [index, { memory, taken }] of hosts.entries()) {
    const free = freeKiBFor(first.need, memory);
    if (company.every(({ uuid }) => !taken.has(uuid)) && free > best.free) best = { index, free };
  }
  return best.index;
}

/** Whether two of those that must be together must also be apart. */
export function isAtOdds(company: readonly GuestToPlace[]): boolean {
  return company.some((guest) => company.some((other) => keptAway(guest, other) !== undefined));
}

/** What guests need together, in KiB. */
export function sumKiB(guests: readonly GuestToPlace[]): number {
  return guests.reduce((sum, { need }) => sum + need.neededKiB, 0);
}

function largestFirst(a: GuestToPlace, b: GuestToPlace): number {
  return b.need.neededKiB - a.need.neededKiB || compare(a.name, b.name) || compare(a.uuid, b.uuid);
}

/** The host with a guest: with less memory, and closed to others of its name and to those that must be apart from it. */
function taking(
  { name, uuid, need }: GuestToPlace,
  host: Candidate,
  guests: readonly GuestToPlace[],
): Candidate {
  const { availableKiB, hugePagesFreeKiB } = host.memory;
  const memory = need.hugePages
    ? { availableKiB, hugePagesFreeKiB: hugePagesFreeKiB - need.neededKiB }
    : { availableKiB: availableKiB - need.neededKiB, hugePagesFreeKiB };
  const taken = guests.flatMap((other): [string, string][] => {
    const why = keptAway(other, { name, uuid });
    return why === undefined ? [] : [[other.uuid, why]];
  });
  return { ...host, memory, taken: new Map([...host.taken, ...taken]) };
}

/** What keeps a guest away from a host that has this one, for people; undefined where nothing does. */
export function keptAway(
  guest: Pick<GuestToPlace, "name" | "uuid" | "apartFrom">,
  there: { readonly name: string; readonly uuid: string },
): string | undefined {
  if (there.uuid === guest.uuid) return undefined;
  if (there.name === guest.name) return `another ${there.name}`;
  return guest.apartFrom?.has(there.uuid)
    ? `${there.name}, which ${guest.name} must be apart from`
    : undefined;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
