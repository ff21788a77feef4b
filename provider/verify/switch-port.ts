import type { DomainOnHost } from "../host/domain-on-host";
import { learnedPorts, type SwitchOnHost } from "../host/switch-text";
import type { Proof } from "../sdk/migration";
import { type Evidence, type ProofCheck, unproved, verdict } from "./proof";

const name = "switch-port";

/**
 * The network followed the guest: the target's bridge has the guest's address on the guest's own tap, no other host's has it
 * on a tap, and the guest answers there. A network that did not follow sends to where nobody is any more.
 */
export const switchPort: ProofCheck = (evidence) => {
  const { guest, expected = "running", after } = evidence;
  const { target, hosts } = after;
  if (expected !== "running") return cannotTell(`${guest} does not run: it sends nothing to learn from`);
  const { network } = target;
  if (network?.entries === undefined)
    return cannotTell(`${target.host} does not show what its bridges know (bridge fdb show)`);
  const bridged = bridgedPorts(network);
  if (bridged.length === 0) return cannotTell(`no interface of ${guest} is on a bridge of ${target.host}`);
  const macs = network.ports.map(({ mac }) => mac);

  const others = hosts.filter(({ host }) => host !== target.host);
  const kept = others.flatMap((host) => keptBy(host, macs));
  if (kept.length > 0) return verdict(name, false, kept.join("; "));
  const learned = learnedPorts(network);
  if (learned.length === 0) return notLearned(evidence, bridged, network);
  const dark = others.filter((host) => host.network?.entries === undefined).map(({ host }) => host);
  dark.push(...(after.silent ?? []));
  if (dark.length > 0) return cannotTell(`${dark.join(", ")} does not show what its bridges know`);
  const there = learned.map(({ mac, tap, bridge }) => `${mac} on ${tap} of ${bridge} on ${target.host}`);
  const elsewhere = `on no tap of ${others.map(({ host }) => host).join(", ") || "another host"}`;
  return answered(evidence, `${there.join(", ")}, ${elsewhere}`);
};

/** The guest's ports that are on a Linux bridge. */
function bridgedPorts({ ports, taps }: SwitchOnHost) {
  return ports.flatMap((port) => {
    const tap = taps.find((one) => one.name === port.tap);
    return tap?.learns === undefined ? [] : [{ ...port, learns: tap.learns }];
  });
}

/** What another host's bridges still have of the guest on a tap. On another port they may have it: the guest is behind that now. */
function keptBy({ host, network }: DomainOnHost, macs: readonly string[]): string[] {
  const taps = new Set(network?.taps.map((tap) => tap.name));
  return (network?.entries ?? [])
    .filter(({ mac, device }) => macs.includes(mac) && taps.has(device))
    .map(({ mac, device, bridge }) => `${mac} still on ${device} of ${bridge} on ${host}`);
}

function notLearned(
  evidence: Evidence,
  bridged: ReturnType<typeof bridgedPorts>,
  { entries = [] }: SwitchOnHost,
): Proof {
  const { host } = evidence.after.target;
  const wrong = entries.filter(({ mac }) => bridged.some((port) => port.mac === mac));
  if (wrong.length > 0) {
    const places = wrong.map(({ mac, device, bridge }) => `${mac} on ${device} of ${bridge}`);
    return verdict(name, false, `${host} has ${places.join(", ")}, not on the guest's tap`);
  }
  const ports = bridged.map(({ mac, tap }) => `${mac} on ${tap}`).join(", ");
  if (!bridged.some(({ learns }) => learns))
    return cannotTell(`the bridge of ${host} learns nothing of ${ports}`);
  if (evidence.after.probe === undefined) return unproved(name, evidence);
  return verdict(name, false, `no bridge of ${host} has learned ${ports}, though the guest answered`);
}

function answered(evidence: Evidence, facts: string): Proof {
  const { before, after, noProbe } = evidence;
  if (after.probe) return verdict(name, true, `${facts}; its address answered`);
  if (!before.probe || after.connection === "way-cut")
    return cannotTell(`${facts}; ${noProbe ?? "its address was not asked"}`);
  return verdict(name, false, `${facts}; its address did not answer`);
}

function cannotTell(facts: string): Proof {
  return { name, verdict: "unproved", facts };
}
