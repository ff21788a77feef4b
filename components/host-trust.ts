import * as pulumi from "@pulumi/pulumi";
import { SshKeyPair } from "../provider/sdk/ssh-key-pair";
import type { Machine } from "./machine";
import { remoteScript } from "./remote-script";

export interface HostTrustArgs {
  readonly source: Machine;
  readonly target: Machine;
}

/** Source and target log in to each other as root without a prompt, as qemu+ssh:// does, each knowing the other's host key. */
export class HostTrust extends pulumi.ComponentResource {
  readonly done: pulumi.Resource[];

  constructor(name: string, args: HostTrustArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kvm-migration-lab:index:HostTrust", name, {}, opts);
    const key = new SshKeyPair(name, { comment: "source and target to each other" }, { parent: this });
    const machines = [args.source, args.target];
    const knownHosts = pulumi
      .all(machines.map((machine) => pulumi.all([machine.role, machine.address, machine.connection.hostKey])))
      .apply((known) =>
        known.map(([role, address, hostKey]) => knownHostsLine(role, address, hostKey)).join("\n"),
      );
    this.done = machines.map((machine) =>
      remoteScript(
        `${name}-${machine.role}`,
        machine.connection,
        "host/trust.sh",
        [key.privateKey, key.publicKey, knownHosts],
        { parent: this, dependsOn: machine.resource },
      ),
    );
    this.registerOutputs({});
  }
}

/** One line of known_hosts: the names a host goes by, then its key without the comment. */
export function knownHostsLine(name: string, address: string, hostKey: string): string {
  return `${name},${address} ${hostKey.split(" ").slice(0, 2).join(" ")}`;
}
