import type { DomainOnHost } from "../host/domain-on-host";
import type { GuestView } from "../host/guest-view";
import { learnedPorts } from "../host/switch-text";
import type { Resolved } from "./resolve-outcome";

/**
 * A bridge learns from the first frame, and both hosts may have been looked at before that. Who got an answer from the guest
 * knows that frames have passed: then they are looked at once more. Best effort: what was seen first stands where the second
 * look fails.
 */
export async function waitForForwardingEntry(
  resolved: Resolved,
  answered: boolean,
  look: () => Promise<GuestView>,
): Promise<Resolved> {
  const { network } = resolved.target;
  if (!answered || network?.entries === undefined || network.ports.length === 0) return resolved;
  if (learnedPorts(network).length > 0) return resolved;
  const again = await look().catch(() => undefined);
  // Where the guest is has been found out; only what the bridges know is new.
  const renewed = <One extends DomainOnHost | undefined>(one: One): One => {
    const later = again?.seen.find(({ host }) => host === one?.host)?.network;
    return one === undefined || later === undefined ? one : { ...one, network: later };
  };
  const { source, target, view } = resolved;
  return {
    source: renewed(source),
    target: renewed(target),
    view: { ...view, seen: view.seen.map((one) => renewed(one)) },
  };
}
