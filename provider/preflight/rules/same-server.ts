import { asWord } from "../../host/shell-quote";
import type { DiskComplaint } from "../facts/disk-complaint";
import type { MoveFacts } from "../facts/move-facts";
import { addressesOf, clusterOf } from "../facts/network-disks";
import type { NetworkSource } from "../facts/network-source";

/**
 * Why a disk behind the network is not seen to be one and the same from both hosts, and what to do there. Part of shared-storage: what the definition
 * says goes with the guest (export, IQN and LUN, the initiator's name, user, snapshot), so it is the same one where the server is: reached by TCP, and
 * under addresses that both hosts' names for it lead to.
 */
export function serverComplaint(
  name: string,
  source: NetworkSource,
  facts: MoveFacts,
): DiskComplaint | undefined {
  const { protocol, servers, sockets, transports, ceph } = source;
  const here = facts.source.host;
  const there = facts.target.host;
  const what = `${name}: ${described(source)}`;
  const [socket] = sockets;
  if (socket !== undefined)
    return {
      host: here,
      found: `${what} is behind the socket ${socket}, which is ${here}'s own`,
      fix: `have its server listen on TCP too, and give it in the definition: virsh edit ${asWord(facts.guest)}, <host name='SERVER' port='PORT'/>`,
    };
  const unseen = transports[0] ?? (servers.some(({ ports }) => ports.length === 0) ? protocol : undefined);
  if (unseen !== undefined)
    return {
      host: there,
      found: `${what} is reached by ${unseen}, of which it cannot be seen whether it leads to one server`,
      fix: "give the disk by TCP, by one of nbd, iscsi, rbd, gluster, nfs or ssh",
    };
  if (ceph?.configuration !== undefined) return clusterComplaint(what, ceph.configuration, facts);
  if (servers.length === 0)
    return {
      host: here,
      found: `${what} names no server: each host would ask itself`,
      fix: `name it in the definition: virsh edit ${asWord(facts.guest)}, <host name='SERVER' port='PORT'/>`,
    };
  return servers.map(({ host }) => addressComplaint(what, host, facts)).find((one) => one !== undefined);
}

function addressComplaint(what: string, server: string, facts: MoveFacts): DiskComplaint | undefined {
  const { storage, source, target } = facts;
  const here = addressesOf(storage.source.network, server);
  const there = addressesOf(storage.target.network, server);
  const lost = here.length === 0 ? source.host : there.length === 0 ? target.host : undefined;
  if (lost !== undefined)
    return {
      host: lost,
      found: `${what}: ${lost} does not resolve ${server}`,
      fix: `on ${lost}: getent hosts ${server}; a line for it in /etc/hosts, or a record on its name server`,
    };
  const own = [...here, ...there].find((address) => /^(127\.|::1$|::ffff:127\.)/.test(address));
  if (own !== undefined)
    return {
      host: here.includes(own) ? source.host : target.host,
      found: `${what}: ${server} is ${own}, where each host finds itself`,
      fix: "name the server by an address that both hosts reach",
    };
  if (!leadToOne(here, there))
    return {
      host: target.host,
      found: `${what}: ${server} is ${here.join(", ")} on ${source.host}, and ${there.join(", ")} on ${target.host}`,
      fix: `on both hosts "getent ahosts ${server}" must say the same: /etc/hosts, or the record on their name server`,
    };
  return undefined;
}

/** A host without IPv6 is told no such addresses: only those of a family that both have are compared. */
function leadToOne(here: readonly string[], there: readonly string[]): boolean {
  const families = [here, there].map((list) => [4, 6].map((family) => ofFamily(list, family)));
  const pairs = [0, 1].map((index) => [families[0]?.[index] ?? "", families[1]?.[index] ?? ""] as const);
  const common = pairs.filter(([one, other]) => one !== "" && other !== "");
  return common.length > 0 && common.every(([one, other]) => one === other);
}

function ofFamily(addresses: readonly string[], family: number): string {
  return addresses
    .filter((address) => address.includes(":") === (family === 6))
    .sort()
    .join(" ");
}

/** librados on each host finds the cluster by that host's file. */
function clusterComplaint(
  what: string,
  file: string,
  { storage, source, target }: MoveFacts,
): DiskComplaint | undefined {
  const here = clusterOf(storage.source.network, file);
  const there = clusterOf(storage.target.network, file);
  if (here !== undefined && here === there) return undefined;
  const words = (host: string, cluster: string | undefined) => `${cluster ?? "no cluster"} on ${host}`;
  return {
    host: here === undefined ? source.host : target.host,
    found: `${what}: ${file} names ${words(source.host, here)}, and ${words(target.host, there)}`,
    fix: `copy ${file} and its keyring from ${source.host}, where they are right, or put the monitors into the definition: <host name='MONITOR'/>`,
  };
}

/** `nbd second at nfs:10809`. */
export function described({ protocol, name, servers }: NetworkSource): string {
  const at = servers.map(({ host, ports }) => `${host}:${ports.join("/")}`).join(", ");
  return [protocol, name, at && `at ${at}`].filter(Boolean).join(" ");
}
