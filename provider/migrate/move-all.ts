import pLimit from "p-limit";
import { memoryNeed } from "../preflight/facts/memory-need";
import { mebibytes } from "../preflight/facts/memory-size";
import { DoneButFailed, type Operation } from "../resources/resource";
import { type Choice, candidate, describeMemory, planLimits } from "./candidates";
import { ensurePlacement } from "./ensure-placement";
import { type HostLoad, type LoadedDomain, noDefinition } from "./host-load";
import { noRoom } from "./no-room";
import type { Failure } from "./not-all-moved";
import type { Placement, PlacementInputs } from "./placement";
import { type GuestToPlace, type Plan, planTargets } from "./plan-targets";

/** Hosts that guests may be sent to. */
export interface Targets {
  readonly loads: readonly HostLoad[];
  readonly choice: Choice;
}

/** What all the moves have in common, and where each guest's probe answers. */
export interface MoveAllInputs extends Omit<PlacementInputs, "guest" | "to" | "probe"> {
  readonly probes?: Readonly<Record<string, NonNullable<PlacementInputs["probe"]>>> | undefined;
}

/** A guest that shall leave the host where it was seen. */
export type Leaving = LoadedDomain & { readonly from: string };

/** How one guest's move went. A guest that somebody else had brought there meanwhile was placed, and not moved. */
export interface Placed {
  readonly name: string;
  readonly uuid: string;
  readonly placement: Placement;
}

export interface MovedAll {
  readonly placed: readonly Placed[];
  readonly failures: readonly Failure[];
}

/**
 * Plans where each guest goes among some hosts, and moves all of them, the largest first. The failure of one does not stop the others.
 * Throws nothing: what failed is in `failures`.
 */
export async function moveAll(
  inputs: MoveAllInputs,
  guests: readonly Leaving[],
  targets: Targets,
  operation: Operation,
): Promise<MovedAll> {
  if (guests.length === 0) return { placed: [], failures: [] };
  const { plan, failures } = planFor(inputs, guests, targets, operation);
  // Each look takes a session of the one SSH connection to each host, and sshd lets ten of them through: so a guest is looked
  // at only when its turn has come. How many moves leave a host is for whenFew to say, which counts others' too.
  const turn = pLimit(inputs.maxOutgoing);
  const moving = [...plan.targets].flatMap(([name, to]) => {
    const guest = guests.find((candidate) => candidate.name === name);
    return guest === undefined ? [] : [turn(() => moveOne(inputs, guest, to, operation))];
  });
  const moved = await Promise.all(moving);
  return {
    placed: moved.flatMap(({ placed }) => placed ?? []),
    failures: [...failures, ...moved.flatMap(({ failure }) => failure ?? [])],
  };
}

function planFor(
  { waive }: MoveAllInputs,
  guests: readonly Leaving[],
  targets: Targets,
  { log }: Operation,
): { readonly plan: Plan; readonly failures: readonly Failure[] } {
  const failures: Failure[] = [];
  const toPlace: GuestToPlace[] = [];
  for (const { name, definition, from } of guests) {
    if (definition === undefined) failures.push({ guest: name, error: noDefinition(name, from) });
    else toPlace.push({ name, need: memoryNeed(definition) });
  }
  const candidates = targets.loads.map((load) => candidate(load, guests));
  const limits = planLimits(waive, targets.choice);
  const plan = planTargets(toPlace, candidates, limits);
  const needs = new Map(toPlace.map(({ name, need }) => [name, mebibytes(need.neededKiB)]));
  const lines = [...plan.targets].map(([name, to]) => `${name} (${needs.get(name)}) goes to ${to}`);
  log.say([describeMemory(candidates), ...lines].join("; "));
  if (plan.homeless.length > 0) {
    const names = plan.homeless.map(({ name }) => name).join(", ");
    failures.push({ guest: names, error: noRoom(plan, limits) });
  }
  return { plan, failures };
}

async function moveOne(
  inputs: MoveAllInputs,
  { name, uuid }: Leaving,
  to: string,
  operation: Operation,
): Promise<{ readonly placed?: Placed; readonly failure?: Failure }> {
  const { probes, ...common } = inputs;
  try {
    const placement = await ensurePlacement(
      { ...common, guest: name, to, probe: probes?.[name] },
      undefined,
      operation,
    );
    return { placed: { name, uuid, placement } };
  } catch (error) {
    if (!(error instanceof DoneButFailed)) return { failure: { guest: name, error } };
    // It is there, and something about it was not proved.
    const placement = error.state as Placement;
    return { placed: { name, uuid, placement }, failure: { guest: name, error: error.cause } };
  }
}
