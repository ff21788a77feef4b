import * as pulumi from "@pulumi/pulumi";
import { render } from "../../templates/render";
import type { Machine } from "../machine";
import { remoteScript } from "../remote-script";
import { type NameService, nameServiceType } from "./name-service";

export interface DnsArgs {
  readonly machines: readonly Machine[];
  /** The one that has the name server. */
  readonly server: Machine;
  /** What each name ends in, and what a short one is completed with: `lab.internal`. */
  readonly domain: string;
  /** What has a name beside the machines: the guests. */
  readonly more: readonly { readonly name: string; readonly address: string }[];
}

/** A name server on one machine, which all of them ask; none has the others in its hosts file. */
export class Dns extends pulumi.ComponentResource implements NameService {
  readonly on: NameService["on"];

  constructor(name: string, args: DnsArgs, opts?: pulumi.ComponentResourceOptions) {
    super(nameServiceType, name, {}, opts);
    const { machines, server, domain } = args;
    const records = recordsOf(args);
    const address = pulumi.output(server.address);
    const config = address.apply((at) => render("nfs/dnsmasq.conf", { address: at, domain }).trimEnd());
    const resolver = address.apply((at) => render("machine/resolv.conf", { address: at, domain }).trimEnd());
    const unit = render("nfs/dnsmasq.service").trimEnd();
    const parent = { parent: this };
    const serves = remoteScript(
      "name-server",
      server,
      "nfs/serve-names.sh",
      [config, unit, records, address],
      parent,
    );
    const ask = (machine: Machine) =>
      remoteScript(
        `${name}-${machine.role}`,
        machine,
        "machine/ask-name-server.sh",
        [resolver, machine === server ? "" : waitUnit(server.role)],
        parent,
      );
    this.on = new Map(machines.map((machine) => [machine.role, [ask(machine), serves]]));
    this.registerOutputs({});
  }
}

/** The name server's records, in the form of a hosts file. */
export function recordsOf({
  machines,
  domain,
  more,
}: Pick<DnsArgs, "machines" | "domain" | "more">): pulumi.Output<string> {
  const record = (known: { name: string; address: string }) =>
    render("nfs/dns-record", { ...known, domain }).trimEnd();
  return pulumi
    .all(machines.map(({ role, address }) => pulumi.output(address).apply((at) => [role, at] as const)))
    .apply((known) =>
      [...known.map(([role, address]) => ({ name: role, address })), ...more].map(record).join("\n"),
    );
}

/** What has a booting machine wait for its name server before it mounts anything by name; the name server itself does not. */
export function waitUnit(name: string): string {
  return render("machine/wait-for-names.service", { name }).trimEnd();
}
