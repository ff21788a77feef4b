import type { DomainOnHost } from "../host/domain-on-host";
import { learnedPorts, type SwitchOnHost } from "../host/switch-text";
import type { Resolved } from "./resolve-outcome";

/**
 * A bridge learns from the first frame, and both hosts may have been looked at before that. Who got an answer from the guest
 * knows that frames have passed: then their bridges are looked at once more. Best effort: what was seen first stands where the second
 * look fails.
 */
export async function waitForForwardingEntry(
  resolved: Resolved,
  answered: boolean,
  inspectAgain: (host: string, seen: SwitchOnHost) => Promise<SwitchOnHost>,
): Promise<Resolved> {
  const { network } = resolved.target;
  if (!answered || network?.entries === undefined || network.ports.length === 0) return resolved;
  if (learnedPorts(network).length > 0) return resolved;
  const renewed = async <One extends DomainOnHost>(one: One): Promise<One> =>
    one.network === undefined
      ? one
      : { ...one, network: await inspectAgain(one.host, one.network).catch(() => one.network) };
  const seen = await Promise.all(resolved.view.seen.map(renewed));
  const at = (one: DomainOnHost) => seen.find(({ host }) => host === one.host) ?? one;
  const { source, target, view } = resolved;
  return { source: source && at(source), target: at(target), view: { ...view, seen } };
}
