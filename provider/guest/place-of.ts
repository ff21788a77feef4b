import { isActive } from "../host/domain-on-host";
import type { GuestView } from "../host/guest-view";
import type { Situation } from "../migrate/situation";
import { placeWhileMoving } from "./what-is-there";

/** The host that has what counts of the guest; undefined where none does. */
export function placeOf(situation: Situation): string | undefined {
  switch (situation.kind) {
    case "running":
    case "paused":
      return situation.on;
    case "moving":
      return placeWhileMoving(situation);
    case "post-copy complete":
    case "post-copy broken":
      return situation.to;
    case "second copy":
      return situation.running ?? situation.standing[0];
    case "off":
      return situation.on[0];
    default:
      return undefined;
  }
}

/** libvirt's word for its state there. */
export function stateOn({ seen }: GuestView, name: string): string {
  return seen.find(({ host }) => host === name)?.domain?.state ?? "absent";
}

/** The same as outputs: where it is active, and how it is. */
export function stateAt(
  view: GuestView,
  name: string,
): { readonly runningOn: string; readonly state: string } {
  const state = stateOn(view, name);
  return { runningOn: isActive(state) ? name : "", state };
}

/** Its definition as that host keeps it; empty where it was not told. */
export function xmlAt({ seen }: GuestView, name: string): string {
  return seen.find(({ host }) => host === name)?.xml?.trim() ?? "";
}
