import * as pulumi from "@pulumi/pulumi";
import { render } from "../../templates/render";
import type { Machine } from "../machine";
import { remoteScript } from "../remote-script";
import { type DnsArgs, recordsOf, waitUnit } from "./dns";
import { type NameService, nameServiceType } from "./name-service";

/**
 * A name server on one of the machines that somebody has, which all of them ask first, beside their own ones: it refuses all names but the lab's. On delete
 * it goes, and each machine asks only whom it asked before: it would wait for a server that is not there.
 */
export class DnsOnExisting extends pulumi.ComponentResource implements NameService {
  readonly on: NameService["on"];

  constructor(name: string, args: DnsArgs, opts?: pulumi.ComponentResourceOptions) {
    super(nameServiceType, name, {}, opts);
    const { machines, server, domain } = args;
    const address = pulumi.output(server.address);
    const settings = (template: string) =>
      address.apply((at) => render(template, { address: at, domain }).trimEnd());
    const serves = remoteScript(
      "name-server",
      server,
      "existing/serve-names.sh",
      [
        settings("existing/dnsmasq.conf"),
        render("existing/dnsmasq.service").trimEnd(),
        recordsOf(args),
        address,
      ],
      { parent: this, undo: { template: "existing/no-name-server.sh" } },
    );
    const ask = (machine: Machine) => {
      const others = machines.filter((other) => other !== machine);
      return remoteScript(
        `${name}-${machine.role}`,
        machine,
        "existing/ask-name-server.sh",
        [
          ...[address, domain, settings("existing/resolved.conf")],
          machine === server ? "" : waitUnit(server.role),
          ...others.flatMap((other) => [other.role, other.address]),
        ],
        // It looks the others up when it has said whom to ask.
        { parent: this, dependsOn: [serves], undo: { template: "existing/own-resolver.sh" } },
      );
    };
    this.on = new Map(machines.map((machine) => [machine.role, [ask(machine)]]));
    this.registerOutputs({});
  }
}
