import type { GuestInterface } from "../facts/guest-definition";
import type { HostFacts } from "../facts/host-facts";
import { pass, ruleOnGuest } from "../rule";

/** Every bridge and network that the guest hangs on exists on the target. */
export const networksExist = ruleOnGuest("networks-exist", "KVM-637", ({ interfaces }, { guest, target }) => {
  const missing = interfaces.filter((one) => !isThere(one, target));
  const [first] = missing;
  if (first === undefined)
    return pass(interfaces.map(described).join(", ") || `${guest} has no network interface`);
  return {
    host: target.host,
    expected: `${missing.map(described).join(", ")} on ${target.host}, as ${guest} has it`,
    found: `bridges: ${list(target.bridges)}; networks that are up: ${list(target.networks)}; devices: ${list(target.networkDevices)}`,
    fix: `on ${target.host}: ${fixFor(first)}`,
  };
});

function isThere({ kind, to }: GuestInterface, { bridges, networks, networkDevices }: HostFacts): boolean {
  // A bridge of the kernel's is none that Open vSwitch adds a port to.
  if (kind === "switch") return networkDevices.has(to) && !bridges.has(to);
  return { bridge: bridges, network: networks, device: networkDevices }[kind].has(to);
}

function described({ kind, to }: GuestInterface): string {
  if (kind === "switch") return `Open vSwitch bridge ${to}`;
  return `${kind} ${to}`;
}

function list(names: ReadonlySet<string>): string {
  return [...names].join(", ") || "none";
}

function fixFor({ kind, to }: GuestInterface): string {
  if (kind === "network")
    return `virsh net-start ${to}; where it is not defined, virsh net-define with the source's net-dumpxml`;
  if (kind === "switch")
    return `ovs-vsctl add-br ${to}; and join it to the guests' network: ovs-vsctl add-port`;
  if (kind === "bridge")
    return `ip link add ${to} type bridge; ip link set ${to} up; and join it to the guests' network`;
  return `a network device ${to}, or another one in the guest's definition: virsh edit`;
}
