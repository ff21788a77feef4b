import ipaddr from "ipaddr.js";
import { parseLogin } from "../login";
import type { Settings } from "../schema";
import { addressAt, places } from "./addresses";
import { type PlannedStorage, storageOf } from "./storage";

/** The server that has the shared storage. It is also where the guest is observed from. */
export const storageServer = "nfs";

/** The hosts that the course has. Only these can be machines that exist already, and only these are broken on purpose. */
export const courseHosts = ["source", "target"] as const;

export interface PlannedServer {
  readonly name: string;
  /** In the network, and among the servers. */
  readonly place: number;
  readonly part: "storage" | "host";
  /** As the other servers reach it. */
  readonly address: string;
  /** Of one that is built. */
  readonly memoryMiB: number;
  readonly vcpus: number;
}

export interface PlannedGuest {
  readonly name: string;
  /** With the network's prefix length: `10.77.0.50/24`. */
  readonly address: string;
  readonly memoryMiB: number;
  /** `auto`: by KVM where its first host has it. */
  readonly acceleration: "auto" | "kvm" | "tcg";
  /** The bridge that it is connected to on every host. */
  readonly bridge: string;
  /** Where it is installed. */
  readonly startsOn: string;
  /** Where it should run. */
  readonly runsOn: string;
}

/** What a lab consists of. Whoever needs an address, a part or a list of servers or guests takes it from here. */
export interface Topology {
  readonly network: {
    readonly cidr: string;
    readonly prefix: number;
    /** The hypervisor's address, the servers' gateway. */
    readonly gateway: string;
  };
  readonly servers: readonly PlannedServer[];
  readonly storage: PlannedStorage;
  readonly guests: readonly PlannedGuest[];
  /** Whether the lab has a hypervisor to itself: then each part has the same UUID, MAC and path in every lab. */
  readonly isolated: boolean;
}

/** Reckons a lab from its checked settings. */
export function topologyOf(settings: Settings): Topology {
  const { network: cidr, machines } = settings;
  const [, prefix] = ipaddr.IPv4.parseCIDR(cidr);
  const [startsOn = ""] = settings.hosts;
  const servers = serverNames(settings.hosts).map((name, index): PlannedServer => {
    const part = name === storageServer ? "storage" : "host";
    const place = places.firstServer + index;
    const built = addressAt(cidr, place);
    return {
      name,
      place,
      part,
      address: machines === "built" ? built : (existingAddress(settings, name) ?? built),
      memoryMiB: part === "storage" ? settings.nfsMemoryMiB : settings.hostMemoryMiB,
      vcpus: settings.hostVcpus,
    };
  });
  return {
    network: { cidr, prefix, gateway: addressAt(cidr, places.hypervisor) },
    servers,
    storage: storageOf(settings.storage, storageServer, servers[0]?.address ?? ""),
    guests: [
      {
        name: settings.guestName,
        address: settings.guestAddress || `${addressAt(cidr, places.guest)}/${prefix}`,
        memoryMiB: settings.guestMemoryMiB,
        acceleration: settings.guestAcceleration,
        bridge: settings.bridge,
        startsOn,
        runsOn: settings.guestRunsOn,
      },
    ],
    isolated: machines === "built" && settings.hypervisor === "private",
  };
}

/** The guest of a lab that has one. */
export function onlyGuest({ guests }: Topology): PlannedGuest {
  const [guest] = guests;
  if (guest === undefined) throw new Error("a topology without a guest");
  return guest;
}

/** In the order of their addresses. A host that is added at the end leaves the others where they are. */
export function serverNames(hosts: readonly string[]): string[] {
  return [storageServer, ...hosts];
}

function existingAddress(settings: Settings, name: string): string | undefined {
  const { nfsAddress, sourceAddress, targetAddress } = settings;
  const logins = new Map([
    ["nfs", nfsAddress],
    ["source", sourceAddress],
    ["target", targetAddress],
  ]);
  return parseLogin(logins.get(name) ?? "")?.address;
}

/** The servers' addresses, by their names, in their order. */
export function addressesOf({ servers }: Topology): Record<string, string> {
  return Object.fromEntries(servers.map(({ name, address }) => [name, address]));
}
