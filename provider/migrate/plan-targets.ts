import type { HostFacts } from "../preflight/facts/host-facts";
import { freeKiBFor, type MemoryNeed } from "../preflight/facts/memory-need";

/** A guest that needs a host. */
export interface GuestToPlace {
  readonly name: string;
  readonly need: MemoryNeed;
}

/** A host that guests may come to. */
export interface Candidate {
  readonly host: string;
  readonly memory: HostFacts["memory"];
  /** Names that cannot come: the host has another guest of that name, or it is the one to be left. */
  readonly taken: ReadonlySet<string>;
}

export interface PlanLimits {
  /** What must stay available on each host, in KiB. Huge pages are set aside for guests, and nothing of them is kept back. */
  readonly reserveKiB: number;
  /** Whether a guest that fits nowhere goes to the host with the most free memory all the same. */
  readonly overcommit: boolean;
}

export interface Plan {
  /** Where each guest goes, by its name, in the order in which the places were given away. */
  readonly targets: ReadonlyMap<string, string>;
  /** Those that fit nowhere. */
  readonly homeless: readonly GuestToPlace[];
  /** The hosts, with the memory that the plan leaves to them. */
  readonly left: readonly Candidate[];
}

/**
 * Gives each guest a host: the largest guest first, because it has the smallest choice, and to each the host that has the most
 * free memory then. Among equals the names decide, so that the same hosts and guests always give the same plan.
 */
export function planTargets(
  guests: readonly GuestToPlace[],
  candidates: readonly Candidate[],
  limits: PlanLimits,
): Plan {
  const left = [...candidates].sort((a, b) => compare(a.host, b.host));
  const targets = new Map<string, string>();
  const homeless: GuestToPlace[] = [];
  const largestFirst = (a: GuestToPlace, b: GuestToPlace) =>
    b.need.neededKiB - a.need.neededKiB || compare(a.name, b.name);
  for (const guest of [...guests].sort(largestFirst)) {
    const index = roomiest(guest, left);
    const host = left[index];
    if (host === undefined || !(limits.overcommit || fits(guest.need, host, limits))) {
      homeless.push(guest);
      continue;
    }
    targets.set(guest.name, host.host);
    left[index] = taking(guest, host);
  }
  return { targets, homeless, left };
}

/** What a host has for guests that need this kind of memory, in KiB; below 0 when it is overcommitted. */
export function roomKiB(need: MemoryNeed, { memory }: Candidate, { reserveKiB }: PlanLimits): number {
  return freeKiBFor(need, memory) - (need.hugePages ? 0 : reserveKiB);
}

function fits(need: MemoryNeed, host: Candidate, limits: PlanLimits): boolean {
  return roomKiB(need, host, limits) >= need.neededKiB;
}

/** Index of the first host with the most free memory that the guest may come to; -1 when there is none. */
function roomiest({ name, need }: GuestToPlace, hosts: readonly Candidate[]): number {
  let best = { index: -1, free: Number.NEGATIVE_INFINITY };
  for (const [index, { memory, taken }] of hosts.entries()) {
    const free = freeKiBFor(need, memory);
    if (!taken.has(name) && free > best.free) best = { index, free };
  }
  return best.index;
}

function taking({ need }: GuestToPlace, host: Candidate): Candidate {
  const { availableKiB, hugePagesFreeKiB } = host.memory;
  const memory = need.hugePages
    ? { availableKiB, hugePagesFreeKiB: hugePagesFreeKiB - need.neededKiB }
    : { availableKiB: availableKiB - need.neededKiB, hugePagesFreeKiB };
  return { ...host, memory };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
