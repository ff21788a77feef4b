import type { DomainOnHost } from "../host/domain-on-host";
import { learnedPorts } from "../host/switch-text";
import type { Settled } from "./settle";

/**
 * A bridge learns from the first frame, and both hosts may have been looked at before that. Who got an answer from the guest
 * knows that frames have passed: then they are looked at once more. Best effort: what was seen first stands where the second
 * look fails.
 */
export async function whenLearned(
  seen: Settled,
  answered: boolean,
  look: () => Promise<readonly DomainOnHost[]>,
): Promise<Settled> {
  const { network } = seen.target;
  if (!answered || network?.entries === undefined || network.ports.length === 0) return seen;
  if (learnedPorts(network).length > 0) return seen;
  const again = await look().catch(() => []);
  // Where the guest is has been settled; only what the bridges know is new.
  const renewed = (one: DomainOnHost): DomainOnHost => {
    const later = again.find(({ host }) => host === one.host)?.network;
    return later === undefined ? one : { ...one, network: later };
  };
  return { source: renewed(seen.source), target: renewed(seen.target), hosts: seen.hosts.map(renewed) };
}
