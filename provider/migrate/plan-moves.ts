import { isActive } from "../host/domain-on-host";
import { memoryNeed } from "../preflight/facts/memory-need";
import { mebibytes } from "../preflight/facts/memory-size";
import { type GuestGroups, othersOf } from "./affinity";
import { type Choice, candidate, describeMemory, planLimits } from "./candidates";
import { type HostLoad, type LoadedDomain, noDefinition } from "./host-load";
import { noRoom } from "./no-room";
import type { Failure } from "./not-all-moved";
import { type GuestToPlace, planTargets } from "./plan-targets";

/** Hosts that guests may be sent to. */
export interface Targets {
  readonly loads: readonly HostLoad[];
  readonly choice: Choice;
}

/** A guest that should leave the host where it was seen. */
export type DepartingGuest = LoadedDomain & { readonly from: string };

export interface PlannedMoves {
  /** Where each guest goes, in the order in which they leave. */
  readonly moves: readonly { readonly guest: DepartingGuest; readonly to: string }[];
  /** What keeps others from leaving. */
  readonly failures: readonly Failure[];
  /** What the choice was made from and where each guest goes, for people. */
  readonly text: string;
}

/** What a plan has to keep to. */
export interface PlanInputs {
  /** Codes of rules that should not stop a move: KVM-633 lets a host be planned fuller than it is. */
  readonly waive: readonly string[];
  /** Groups of guests, by names or UUIDs, of which no two may share a host. At home they did not mind. */
  readonly antiAffinity?: GuestGroups;
  /** Groups of guests that must share a host, as far as they leave together or one of them is on a host already. */
  readonly affinity?: GuestGroups;
}

/** Where each guest goes among some hosts, the largest first. */
export function planMoves(
  { waive, antiAffinity = [], affinity = [] }: PlanInputs,
  guests: readonly DepartingGuest[],
  targets: Targets,
): PlannedMoves {
  const counts = targets.choice !== "home";
  const all = [...guests, ...targets.loads.flatMap(({ domains }) => domains)];
  const failures: Failure[] = [];
  const toPlace: GuestToPlace[] = [];
  for (const guest of guests) {
    const { name, uuid, definition, from } = guest;
    const underWayTo = otherSide(uuid, from, targets.loads);
    if (definition === undefined) failures.push({ guest: name, uuid, error: noDefinition(name, from) });
    else
      toPlace.push({
        ...{ name, uuid, need: memoryNeed(definition), underWayTo },
        ...(counts
          ? {
              apartFrom: othersOf(guest, antiAffinity, all),
              togetherWith: othersOf(guest, affinity, all),
            }
          : {}),
      });
  }
  const candidates = targets.loads.map((load) => candidate(load, toPlace, targets.loads));
  const limits = planLimits(waive, targets.choice);
  const plan = planTargets(toPlace, candidates, limits);
  const lines = [...plan.targets].map(([uuid, to]) => {
    const guest = toPlace.find((one) => one.uuid === uuid);
    return `${guest?.name} (${mebibytes(guest?.need.neededKiB ?? 0)}) goes to ${to}`;
  });
  if (plan.unplaced.length > 0) {
    const names = plan.unplaced.map(({ name }) => name).join(", ");
    failures.push({ guest: names, error: noRoom(plan, limits) });
  }
  const moves = [...plan.targets].flatMap(([uuid, to]) => {
    const guest = guests.find((one) => one.uuid === uuid);
    return guest === undefined ? [] : [{ guest, to }];
  });
  return { moves, failures, text: [describeMemory(candidates), ...lines].join("; ") };
}

/** The host that has the other side of a move of this guest, which goes on or was broken off. */
function otherSide(uuid: string, from: string, loads: readonly HostLoad[]): string | undefined {
  return loads.find(
    ({ host, domains }) =>
      host !== from && domains.some((domain) => domain.uuid === uuid && isActive(domain.state)),
  )?.host;
}
