import type { Operation } from "../resources/resource";
import type { DrainedGuest } from "../sdk/drain";
import { isUnfinished } from "./drained-guests";
import { ensurePlacement } from "./ensure-placement";
import { guestOperation } from "./guest-operation";
import { inputsOfGuest, type ManyInputs } from "./inputs-of-guest";
import type { Failure } from "./not-all-moved";
import type { LoadsView } from "./view-loads";

/**
 * Guests that are where they should be, and whose move is not at its end, perhaps because the run that made it was killed and told nobody: of some only
 * half is there, because another host died in the middle of a post-copy; others came without their autostart. Each is looked at closely, and what
 * its placement has against it is told. Moves nothing that is where it is.
 */
export async function endMoves(
  inputs: ManyInputs,
  guests: readonly DrainedGuest[],
  view: LoadsView,
  operation: Operation,
): Promise<readonly Failure[]> {
  const unfinished = guests.filter((guest) => isUnfinished(guest, view));
  const failures = unfinished.map(async ({ name, uuid, to }): Promise<Failure[]> => {
    const asked = inputsOfGuest(inputs, { name, uuid }, to);
    try {
      await guestOperation(name, asked.timeoutSeconds, operation, (own) =>
        ensurePlacement(asked, undefined, own),
      );
      return [];
    } catch (error) {
      return [{ guest: name, uuid, error }];
    }
  });
  return (await Promise.all(failures)).flat();
}
