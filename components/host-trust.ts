import * as pulumi from "@pulumi/pulumi";
import { SshKeyPair } from "kvmlab-provider/sdk/ssh-key-pair";
import { render } from "../templates/render";
import type { Machine } from "./machine";
import { remoteScript } from "./remote-script";

export interface HostTrustArgs {
  readonly hosts: readonly Machine[];
  /** What their whole names end in, where a name server has them. */
  readonly domain?: string | undefined;
}

/** The hosts log in to each other as root without a prompt, as qemu+ssh:// does, each knowing the others' host keys. */
export class HostTrust extends pulumi.ComponentResource {
  readonly done: pulumi.Resource[];

  constructor(name: string, args: HostTrustArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kvm-migration-lab:index:HostTrust", name, {}, opts);
    // The comment is the mark by which the script finds the lab's line in authorized_keys again.
    const key = new SshKeyPair(name, { comment: "kvm-migration-lab" }, { parent: this });
    const { hosts } = args;
    const knownHosts = pulumi.all(hosts.map(knownHost)).apply((lines) => lines.join("\n"));
    const sshConfig = pulumi
      .all(hosts.map((host) => sshSettings(host, args.domain)))
      .apply((sections) => sections.join("\n"));
    this.done = hosts.map((machine) =>
      remoteScript(
        `${name}-${machine.role}`,
        machine,
        "host/trust.sh",
        [
          key.privateKey.apply((text) => text.trimEnd()),
          key.publicKey,
          knownHosts,
          sshConfig,
          addressesBut(machine, hosts),
        ],
        { parent: this, undo: { template: "existing/no-trust.sh" } },
      ),
    );
    this.registerOutputs({});
  }
}

function addressesBut(machine: Machine, hosts: readonly Machine[]): pulumi.Output<string> {
  const others = hosts.filter((host) => host !== machine);
  return pulumi.all(others.map(({ address }) => address)).apply((addresses) => addresses.join(","));
}

/** One line of known_hosts: the name that HostKeyAlias gives the host, then its key without the comment. */
function knownHost({ role, connection }: Machine): pulumi.Output<string> {
  return pulumi
    .output(connection.hostKey)
    .apply((hostKey) =>
      render("host/known_hosts", { name: role, hostKey: hostKey.split(" ").slice(0, 2).join(" ") }).trimEnd(),
    );
}

/** A host's section of ssh_config: the same settings by its name, its whole name and its address. */
function sshSettings({ role, address, sshPort }: Machine, domain: string | undefined): pulumi.Output<string> {
  const names = domain === undefined ? role : `${role},${role}.${domain}`;
  return pulumi
    .output(address)
    .apply((known) =>
      render("host/ssh-config", { name: role, patterns: `${names},${known}`, port: sshPort }).trimEnd(),
    );
}
