import ipaddr from "ipaddr.js";
import { breakWordsOf } from "./breaks";
import { parseLogin } from "./login";
import type { Settings } from "./schema";
import { addressAt, places } from "./topology/addresses";
import { storageKinds } from "./topology/storage-kinds";
import { courseHosts, serverNames } from "./topology/topology";

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
  "sshPrivateKeyFile",
  "guestAddress",
] as const;

/** QEMU, libvirtd and the system beside the guest on its host. */
const hostsOwnMemoryMiB = 256;

export const rules: readonly Rule[] = [
  ...existingKeys.map(
    (key): Rule => ({
      reads: [key, "machines"],
      allowed: "a value, because machines is existing",
      holds: (settings) => settings.machines !== "existing" || settings[key] !== "",
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
      allowed: `words for storage: ${kind} (${breakWordsOf(kind).join(", ")})`,
      holds: (settings) =>
        settings.storage !== kind || settings.break.every((word) => breakWordsOf(kind).includes(word)),
    }),
  ),
  {
    reads: ["storage", "machines"],
    allowed: "nfs, because machines is existing: on machines of yours the lab sets up NFS only",
    holds: ({ storage, machines }) => machines === "built" || storage === "nfs",
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
    reads: ["guestAddress", "network", "machines", "hosts"],
    allowed:
      "a free address of network with its prefix: none of the hypervisor's and the servers', not its first or last",
    holds: ({ guestAddress, network, machines, hosts }) =>
      machines === "existing" || guestAddress === "" || isFreeIn(network, guestAddress, hosts),
  },
  {
    reads: ["guestAddress", ...addressKeys],
    allowed: "an address that none of the three machines has",
    holds: (settings) =>
      settings.machines === "built" ||
      addressKeys.every((key) => parseLogin(settings[key])?.address !== settings.guestAddress.split("/")[0]),
  },
];

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
