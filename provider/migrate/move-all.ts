import pLimit from "p-limit";
import { hostNamed } from "../host/hosts-of-guest";
import { type Operation, PartialFailure } from "../resources/resource";
import { ensurePlacement } from "./ensure-placement";
import { guestOperation } from "./guest-operation";
import { type HomeMark, homeOf } from "./home-mark";
import { inputsOfGuest, type ManyInputs } from "./inputs-of-guest";
import { closedNow, type MaintenanceWindow } from "./maintenance-window";
import { markGuest } from "./mark-guest";
import type { Failure } from "./not-all-moved";
import type { Placement, PlacementInputs } from "./placement";
import { type DepartingGuest, type PlanInputs, planMoves, type Targets } from "./plan-moves";

export interface MoveAllInputs
  extends ManyInputs,
    MaintenanceWindow,
    Pick<PlanInputs, "antiAffinity" | "affinity"> {
  /** Whose mark each guest gets before it moves, by which it is known where it was. Default: none is marked. */
  readonly markedBy?: string;
}

/** A guest that is where it should be. */
export interface Placed {
  readonly name: string;
  readonly uuid: string;
  /** Where it was seen before. */
  readonly from: string;
  readonly placement: Placement;
  /** Whether it was moved for this resource: now, or by a run that was killed. Else somebody else had brought it there meanwhile. */
  readonly moved: boolean;
}

export interface MovedAll {
  readonly placed: readonly Placed[];
  readonly failures: readonly Failure[];
}

type Outcome = { readonly placed?: Placed; readonly failure?: Failure } | { readonly notBegun: string };

/**
 * Plans where each guest goes among some hosts, and moves all of them, the largest first. The failure of one does not stop the others.
 * Throws nothing: what failed is in `failures`.
 */
export async function moveAll(
  inputs: MoveAllInputs,
  guests: readonly DepartingGuest[],
  targets: Targets,
  operation: Operation,
): Promise<MovedAll> {
  if (guests.length === 0) return { placed: [], failures: [] };
  const { moves, failures, text } = planMoves(inputs, guests, targets);
  operation.log.say(text);
  // Each look takes a session of the one SSH connection to each host, and sshd lets ten of them through: so a guest is looked
  // at only when its turn has come. How many moves leave a host is for withOutgoingSlot to say, which counts others' too.
  const turn = pLimit(inputs.maxOutgoing);
  const outcomes = await Promise.all(
    moves.map(({ guest, to }) => turn(() => inItsTurn(inputs, guest, to, operation))),
  );
  const notBegun = outcomes.flatMap((outcome) => ("notBegun" in outcome ? [outcome.notBegun] : []));
  const begun = outcomes.flatMap((outcome) => ("notBegun" in outcome ? [] : [outcome]));
  return {
    placed: begun.flatMap(({ placed }) => placed ?? []),
    failures: [
      ...failures,
      ...begun.flatMap(({ failure }) => failure ?? []),
      ...(notBegun.length > 0 ? [{ guest: notBegun.join(", "), error: operation.signal.reason }] : []),
    ],
  };
}

async function inItsTurn(
  inputs: MoveAllInputs,
  guest: DepartingGuest,
  to: string,
  operation: Operation,
): Promise<Outcome> {
  if (operation.signal.aborted) return { notBegun: guest.name };
  const error = closedNow(inputs, Date.now());
  if (error !== undefined) return { failure: { guest: guest.name, uuid: guest.uuid, error } };
  const asked = inputsOfGuest(inputs, guest, to);
  try {
    return await guestOperation(guest.name, asked.timeoutSeconds, operation, (own) =>
      moveOne(asked, inputs.markedBy, guest, own),
    );
  } catch (error) {
    return { failure: { guest: guest.name, uuid: guest.uuid, error } };
  }
}

async function moveOne(
  asked: PlacementInputs,
  by: string | undefined,
  guest: DepartingGuest,
  operation: Operation,
): Promise<Outcome> {
  const { name, uuid, from } = guest;
  const before = by !== undefined && homeOf(guest, by) === from;
  const marked =
    before || by === undefined || (await mark(guest, from, { by, home: from }, asked, operation));
  const outcome = await place(asked, operation);
  const { placement } = outcome;
  const moved = placement.moved || before;
  if (by !== undefined && !marked && moved)
    await mark(guest, placement.runningOn, { by, home: from }, asked, operation);
  const placed = { name, uuid, from, placement, moved };
  return "error" in outcome ? { placed, failure: { guest: name, uuid, error: outcome.error } } : { placed };
}

/** Best effort: a guest that cannot be marked can be moved all the same, and the state knows it when this run comes to its end. */
async function mark(
  { name, uuid }: DepartingGuest,
  on: string,
  mark: HomeMark,
  { hosts }: PlacementInputs,
  operation: Operation,
): Promise<boolean> {
  operation.log.status(`marking ${name} as taken from ${mark.home}`);
  const marked = await markGuest(hostNamed(hosts, on), uuid, mark, operation).catch(() => false);
  if (!marked)
    operation.log.say(
      `${name} on ${on} could not be marked as taken from ${mark.home}: libvirt did not let it`,
    );
  return marked;
}

/** A guest that arrived, and something about it was not proved, is where it should be, and is told. */
async function place(
  asked: PlacementInputs,
  operation: Operation,
): Promise<{ readonly placement: Placement; readonly error?: unknown }> {
  try {
    return { placement: await ensurePlacement(asked, undefined, operation) };
  } catch (error) {
    if (!(error instanceof PartialFailure)) throw error;
    return { placement: error.state as Placement, error: error.cause };
  }
}
