import ipaddr from "ipaddr.js";
import { parseLogin } from "../login";
import type { Settings } from "../schema";
import { addressAt, places } from "./addresses";
import { type PlannedGuest, plannedGuests } from "./planned-guests";
import type { Release } from "./releases";
import { type PlannedStorage, storageOf } from "./storage";

/** The server that has the shared storage. It is also where the guest is observed from. */
export const storageServer = "nfs";

/** What the names of a lab with a name server end in: of the domain that is reserved for private use. */
const domain = "lab.internal";

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
  /** Of one that is built from the lab's own image; another image, or a machine that exists already, has a release of its own. */
  readonly release: Release | undefined;
}

/** How the servers know each other's names. */
export type PlannedNames =
  /** Each one's hosts file has all of them. */
  | { readonly kind: "hosts" }
  /** They ask a name server. */
  | {
      readonly kind: "dns";
      /** The server that it runs on. */
      readonly server: string;
      /** What each name ends in. */
      readonly domain: string;
      /** What it is for systemd there. A machine that exists already may have a dnsmasq of its own. */
      readonly unit: string;
    };

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
  readonly names: PlannedNames;
  readonly guests: readonly PlannedGuest[];
  /** Whether the lab has a hypervisor to itself: then each part has the same UUID, MAC and path in every lab. */
  readonly isolated: boolean;
  /** Whether the servers are machines that somebody has: what is theirs stays beside what the lab adds. */
  readonly existing: boolean;
}

/** Computes a lab from its checked settings. */
export function topologyOf(settings: Settings): Topology {
  const { network: cidr, machines, hostImage } = settings;
  const [, prefix] = ipaddr.IPv4.parseCIDR(cidr);
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
      release:
        machines === "built" && hostImage === "" ? (settings.releases[name] ?? settings.release) : undefined,
    };
  });
  return {
    network: { cidr, prefix, gateway: addressAt(cidr, places.hypervisor) },
    servers,
    storage: storageOf(settings.storage, servers),
    names:
      settings.names === "dns"
        ? {
            ...{ kind: "dns", server: storageServer, domain },
            unit: machines === "built" ? "dnsmasq" : "kvm-migration-lab-dnsmasq",
          }
        : { kind: "hosts" },
    guests: plannedGuests(settings),
    isolated: machines === "built" && settings.hypervisor === "private",
    existing: machines === "existing",
  };
}

/** An address of the network that neither a server nor a guest has, for a name that leads nowhere. */
export function unusedAddress({ network, servers, guests }: Topology): string {
  const taken = new Set([...servers, ...guests].map(({ address }) => address.split("/")[0]));
  const free = Array.from({ length: 8 }, (_, count) => addressAt(network.cidr, places.unused - count));
  return free.find((address) => !taken.has(address)) ?? "";
}

/** The guest that is meant where none is named. */
export function firstGuest({ guests }: Topology): PlannedGuest {
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

/** What the servers of a lab that is built have together, in MiB: their guests' memory comes out of it. */
export function memoryMiBOf({ servers }: Topology): number {
  return servers.reduce((sum, { memoryMiB }) => sum + memoryMiB, 0);
}

/** The server of this name. */
export function serverNamed({ servers }: Topology, name: string): PlannedServer {
  const server = servers.find((candidate) => candidate.name === name);
  if (server === undefined) throw new Error(`the lab has no server ${name}`);
  return server;
}

/** The servers' addresses, by their names, in their order. */
export function addressesOf({ servers }: Topology): Record<string, string> {
  return Object.fromEntries(servers.map(({ name, address }) => [name, address]));
}
