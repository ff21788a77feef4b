import ipaddr from "ipaddr.js";
import { type BreakWord, breakWords, breakWordsFor } from "./breaks";
import { parseLogin } from "./login";
import type { Settings } from "./schema";
import { addressAt, places } from "./topology/addresses";
import { type GuestSettings, plannedGuests } from "./topology/planned-guests";
import { defaultRelease } from "./topology/releases";
import { lunOf } from "./topology/storage";
import { storageKinds } from "./topology/storage-kinds";
import { courseHosts, serverNames, storageServer } from "./topology/topology";

/** Something that must hold between several keys. It is looked at when each key that it reads is right by itself. */
export interface Rule {
  /** The key to be corrected first, then those that it must fit. */
  readonly reads: readonly [keyof Settings, ...(keyof Settings)[]];
  /** What is allowed, in the reader's words. */
  readonly allowed: string;
  readonly holds: (settings: Settings) => boolean;
}

const addressKeys = ["nfsAddress", "sourceAddress", "targetAddress"] as const;
/** What a lab of existing machines cannot do without. */
const existingKeys = [
  ...addressKeys,
  "nfsHostKey",
  "sourceHostKey",
  "targetHostKey",
  "guestAddress",
] as const;

/** What plannedGuests reads beside the list. */
const guestReads = [
  "guestName",
  "guestAddress",
  "guestMemoryMiB",
  "guestAcceleration",
  "guestRunsOn",
  "migrationOptions",
  "bridge",
  "hosts",
  "network",
] as const;

/** QEMU, libvirtd and the system beside the guest on its host. */
const hostsOwnMemoryMiB = 256;

/** The keys by which a lab has servers that the lab's own images are not used for, their values where they are, and why the servers' release is not the lab's matter. */
const builtByLab = { machines: "built", hostImage: "" } as const;
const ownRelease = {
  machines: "machines is existing: machines of yours have the release that they have",
  hostImage: "hostImage is another image, which has a release of its own",
};

export const rules: readonly Rule[] = [
  ...existingKeys.map(
    (key): Rule => ({
      reads: [key, "machines", ...(key === "guestAddress" ? (["guests"] as const) : [])],
      allowed: "a value, because machines is existing",
      holds: (settings) =>
        settings.machines !== "existing" ||
        settings[key] !== "" ||
        (key === "guestAddress" && settings.guests.length > 0),
    }),
  ),
  {
    reads: [...addressKeys, "machines"],
    allowed: "three machines with three addresses",
    holds: (settings) => {
      const given = addressKeys.flatMap((key) => parseLogin(settings[key])?.address ?? []);
      return settings.machines !== "existing" || new Set(given).size === given.length;
    },
  },
  {
    reads: ["hostImageSha256", "hostImage"],
    allowed: "the image's sha256, because hostImage is a URL",
    holds: ({ hostImage, hostImageSha256 }) => !/^https?:/.test(hostImage) || hostImageSha256 !== "",
  },
  {
    reads: ["releases", "hosts"],
    allowed: `names of servers only: ${storageServer} and those of hosts`,
    holds: ({ releases, hosts }) => Object.keys(releases).every((name) => serverNames(hosts).includes(name)),
  },
  ...(["machines", "hostImage"] as const).flatMap((key) => [
    {
      reads: ["release", key] as const,
      allowed: `${defaultRelease}, which is the default, because ${ownRelease[key]}`,
      holds: (settings: Settings) => settings[key] === builtByLab[key] || settings.release === defaultRelease,
    },
    {
      reads: ["releases", key] as const,
      allowed: `nothing, because ${ownRelease[key]}`,
      holds: (settings: Settings) =>
        settings[key] === builtByLab[key] || Object.keys(settings.releases).length === 0,
    },
  ]),
  {
    reads: ["guestMemoryMiB", "hostMemoryMiB", "machines"],
    allowed: `at least ${hostsOwnMemoryMiB} MiB less than hostMemoryMiB, which the guest's memory comes out of`,
    holds: ({ guestMemoryMiB, hostMemoryMiB, machines }) =>
      machines === "existing" || guestMemoryMiB + hostsOwnMemoryMiB <= hostMemoryMiB,
  },
  {
    reads: ["break", "machines"],
    allowed: "nothing, because machines is existing: machines of yours are not broken",
    holds: (settings) => settings.machines !== "existing" || settings.break.length === 0,
  },
  ...storageKinds.map(
    (kind): Rule => ({
      reads: ["break", "storage"],
      allowed: `words for storage: ${kind} (${breakWordsFor({ storage: kind }).join(", ")})`,
      holds: (settings) =>
        settings.storage !== kind ||
        settings.break.every((word) => breakWordsFor({ storage: kind }).includes(word)),
    }),
  ),
  {
    reads: ["start", "machines"],
    allowed: "ready, because machines is existing: machines of yours are as you installed them already",
    holds: ({ start, machines }) => start === "ready" || machines === "built",
  },
  {
    reads: ["start", "hostImage"],
    allowed: "ready, because hostImage is another image, which gets its packages when the lab is set up",
    holds: ({ start, hostImage }) => start === "ready" || hostImage === "",
  },
  {
    reads: ["break", "start"],
    allowed: "nothing, because start is bare: nothing is set up that could be broken",
    holds: (settings) => settings.start === "ready" || settings.break.length === 0,
  },
  {
    reads: ["guestRunsOn", "hosts"],
    allowed: "one of hosts",
    holds: ({ guestRunsOn, hosts }) => hosts.includes(guestRunsOn),
  },
  {
    reads: ["hosts", "machines"],
    allowed: "source and target, because machines is existing: their addresses have keys of their own",
    holds: ({ hosts, machines }) => machines === "built" || hosts.join() === courseHosts.join(),
  },
  {
    reads: ["break", "hosts"],
    allowed: "nothing, because hosts does not begin with source and target: these are what is broken",
    holds: (settings) =>
      settings.break.length === 0 || courseHosts.every((name, index) => settings.hosts[index] === name),
  },
  {
    reads: ["names", "hostImage"],
    allowed: "hosts, because hostImage is another image, which has a resolver of its own",
    holds: ({ names, hostImage }) => names === "hosts" || hostImage === "",
  },
  {
    reads: ["guests", "names", "hosts"],
    allowed: "names that neither a server nor another guest has, whatever the case, because names is dns",
    holds: ({ guests, names, hosts }) => {
      const all = [...serverNames(hosts), ...guests.map(({ name }) => name.toLowerCase())];
      return names === "hosts" || new Set(all).size === all.length;
    },
  },
  {
    reads: ["guestName", "names", "hosts"],
    allowed: "another name than the servers have, because names is dns: it would lead to two addresses",
    holds: ({ guestName, names, hosts }) =>
      names === "hosts" || !serverNames(hosts).includes(guestName.toLowerCase()),
  },
  ...(["hosts", "dns"] as const).map(
    (kind): Rule => ({
      reads: ["break", "names"],
      allowed: `not ${notWith(kind).join(", ")}, because names is ${kind}`,
      holds: (settings) =>
        settings.names !== kind || !settings.break.some((word) => notWith(kind).includes(word)),
    }),
  ),
  {
    reads: ["guestAddress", "network", "machines", "hosts"],
    allowed:
      "a free address of network with its prefix: none of the hypervisor's and the servers', not its first or last",
    holds: ({ guestAddress, network, machines, hosts }) =>
      machines === "existing" || guestAddress === "" || isFreeIn(network, guestAddress, hosts),
  },
  {
    reads: ["guestAddress", "guests"],
    allowed: "left out, because guests is given: each of them has its own address",
    holds: ({ guestAddress, guests }) => guests.length === 0 || guestAddress === "",
  },
  {
    reads: ["guests", "hosts", "guestRunsOn"],
    allowed: "startsOn and runsOn of each guest to be one of hosts",
    holds: ({ guests, hosts }) =>
      guests.every(({ startsOn, runsOn }) =>
        [startsOn, runsOn].every((host) => host === undefined || hosts.includes(host)),
      ),
  },
  {
    reads: ["guests", ...guestReads, "machines"],
    allowed:
      "for each guest a free address of network with its prefix: none of the hypervisor's, the servers' and the other guests'",
    holds: (settings) => {
      const addresses = plannedGuests(settings).map(({ address }) => address);
      const free = addresses.every((address) => isFreeIn(settings.network, address, settings.hosts));
      return (
        settings.guests.length === 0 ||
        (new Set(addresses).size === addresses.length && (settings.machines === "existing" || free))
      );
    },
  },
  {
    reads: ["guests", ...guestReads, "hostMemoryMiB", "machines"],
    allowed: `guests whose memory on any one host, where they are installed and where they should run, is at least ${hostsOwnMemoryMiB} MiB less than hostMemoryMiB`,
    holds: (settings) =>
      settings.guests.length === 0 ||
      settings.machines === "existing" ||
      mostOnOneHost(settings) + hostsOwnMemoryMiB <= settings.hostMemoryMiB,
  },
  {
    reads: ["guests", ...guestReads, "storage"],
    allowed:
      "addresses whose last numbers differ, because storage is iscsi: the number of a guest's LUN comes from it",
    holds: (settings) => {
      const luns = plannedGuests(settings).map(lunOf);
      return settings.storage !== "iscsi" || new Set(luns).size === luns.length;
    },
  },
  {
    reads: ["guests", "machines"],
    allowed: "an address for each guest, because machines is existing",
    holds: ({ guests, machines }) =>
      machines === "built" || guests.every(({ address }) => address !== undefined),
  },
  {
    reads: ["guestAddress", ...addressKeys],
    allowed: "an address that none of the three machines has",
    holds: (settings) =>
      settings.machines === "built" ||
      addressKeys.every((key) => parseLogin(settings[key])?.address !== settings.guestAddress.split("/")[0]),
  },
];

/** The memory of the guests of a list that are on one host, where they are installed or where they should run. */
function mostOnOneHost(settings: GuestSettings): number {
  const planned = plannedGuests(settings);
  const sums = settings.hosts.flatMap((host) =>
    (["startsOn", "runsOn"] as const).map((where) =>
      planned.filter((guest) => guest[where] === host).reduce((sum, { memoryMiB }) => sum + memoryMiB, 0),
    ),
  );
  return Math.max(0, ...sums);
}

/** What breaks only labs of another kind of names. */
function notWith(kind: "hosts" | "dns"): BreakWord[] {
  const possible = breakWordsFor({ names: kind });
  return breakWords.filter((word) => !possible.includes(word));
}

function isFreeIn(network: string, guest: string, hosts: readonly string[]): boolean {
  const [address, prefix] = ipaddr.IPv4.parseCIDR(guest);
  const [, networkPrefix] = ipaddr.IPv4.parseCIDR(network);
  const servers = serverNames(hosts).map((_, index) => addressAt(network, places.firstServer + index));
  const first = ipaddr.IPv4.networkAddressFromCIDR(network).toString();
  const last = ipaddr.IPv4.broadcastAddressFromCIDR(network).toString();
  const taken = [first, addressAt(network, places.hypervisor), ...servers, last];
  return (
    prefix === networkPrefix &&
    address.match(ipaddr.IPv4.parseCIDR(network)) &&
    !taken.includes(address.toString())
  );
}
