import * as pulumi from "@pulumi/pulumi";
import { render } from "../../templates/render";
import type { Machine } from "../machine";
import { remoteScript } from "../remote-script";
import { type NameService, nameServiceType } from "./name-service";

export interface HostsFilesArgs {
  readonly machines: readonly Machine[];
}

/** Every server resolves every other's name: a block of lines in each one's hosts file, the rest untouched. */
export class HostsFiles extends pulumi.ComponentResource implements NameService {
  readonly on: NameService["on"];

  constructor(name: string, args: HostsFilesArgs, opts?: pulumi.ComponentResourceOptions) {
    super(nameServiceType, name, {}, opts);
    const { machines } = args;
    const block = pulumi.all(machines.map(hostsLine)).apply((lines) => lines.join("\n"));
    const write = (machine: Machine) =>
      remoteScript(`${name}-${machine.role}`, machine, "machine/host-names.sh", [block], {
        parent: this,
        undo: { template: "existing/no-hosts-lines.sh" },
      });
    this.on = new Map(machines.map((machine) => [machine.role, [write(machine)]]));
    this.registerOutputs({});
  }
}

function hostsLine({ role: name, address }: Machine): pulumi.Output<string> {
  return pulumi.output(address).apply((known) => render("machine/hosts", { name, address: known }).trimEnd());
}
