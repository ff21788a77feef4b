import type * as pulumi from "@pulumi/pulumi";
import type { Topology } from "../../stacks/topology/topology";
import { type Machine, machineNamed } from "../machine";
import { Dns } from "./dns";
import { DnsOnExisting } from "./dns-on-existing";
import { HostsFiles } from "./hosts-files";
import { type NameService, nameServiceName } from "./name-service";

/** The name service that a lab's topology asks for, on its machines. */
export function nameServiceOf(
  { names, guests, existing }: Topology,
  machines: readonly Machine[],
  opts: pulumi.ComponentResourceOptions,
): NameService {
  if (names.kind === "hosts") return new HostsFiles(nameServiceName, { machines }, opts);
  const server = machineNamed(machines, names.server);
  const more = guests.map(({ name, address }) => ({ name, address: address.split("/")[0] ?? address }));
  const args = { machines, server, domain: names.domain, more };
  return existing ? new DnsOnExisting(nameServiceName, args, opts) : new Dns(nameServiceName, args, opts);
}
