import { isActive } from "../host/domain-on-host";
import { mebibytes } from "../preflight/facts/memory-size";
import type { HostLoad } from "./host-load";
import { type Candidate, type GuestToPlace, keptAway, type PlanLimits } from "./plan-targets";

/** What a host keeps for itself, in KiB: its own programs, and each QEMU's that grows meanwhile. */
const reserveKiB = 64 * 1024;

/** Why guests are sent to just these hosts: one is to be chosen, one was named, or it is where they came from. */
export type Choice = "chosen" | "named" | "home";

/**
 * How much may be put on a host. One that is chosen keeps something; one that was named takes what fits. Whoever waives the rule about
 * memory knows that it fits. At home all of them had room before, because guests seldom use all of their memory: there the rule alone
 * evaluates, from what is free when a guest's turn has come.
 */
export function planLimits(waive: readonly string[], choice: Choice): PlanLimits {
  return {
    reserveKiB: choice === "chosen" ? reserveKiB : 0,
    overcommit: choice === "home" || waive.includes("KVM-633"),
  };
}

/**
 * A host as one that guests may come to. What it has of a guest itself does not keep that away: a definition that an earlier move left, or the
 * side of a move that goes on.
 *
 * @param all the hosts that guests may come to: one that must be with a guest of another host does not come here
 */
export function candidate(
  { host, memory, domains }: HostLoad,
  guests: readonly Pick<GuestToPlace, "name" | "uuid" | "apartFrom" | "togetherWith">[],
  all: readonly HostLoad[] = [],
): Candidate {
  const taken = guests.flatMap((guest): [string, string][] => {
    // A definition keeps its name; only a guest that is active keeps others away.
    const why = domains.map((domain) =>
      keptAway(isActive(domain.state) ? guest : { name: guest.name, uuid: guest.uuid }, domain),
    );
    const words = why.find((one) => one !== undefined) ?? missedAt(host, guest, guests, all);
    return words === undefined ? [] : [[guest.uuid, words]];
  });
  return { host, memory, taken: new Map(taken) };
}

/** Whom a guest must share a host with and would not find on this one, because that is on another and stays there, for people. */
function missedAt(
  host: string,
  { name, togetherWith }: Pick<GuestToPlace, "name" | "togetherWith">,
  leaving: readonly Pick<GuestToPlace, "uuid">[],
  all: readonly HostLoad[],
): string | undefined {
  const staying = all.flatMap((load) =>
    load.domains
      .filter(
        ({ uuid, state }) =>
          isActive(state) && togetherWith?.has(uuid) && !leaving.some((guest) => guest.uuid === uuid),
      )
      .map((domain) => ({ on: load.host, called: domain.name })),
  );
  const missed = staying.find(({ on }) => on !== host);
  return missed && `no ${missed.called}, which ${name} must be with: it is on ${missed.on}`;
}

/** `752.9 MiB free on target; 80 MiB free on third`: what the choice was made from, for people. */
export function describeMemory(candidates: readonly Candidate[]): string {
  return candidates.map(({ host, memory }) => `${mebibytes(memory.availableKiB)} free on ${host}`).join("; ");
}
