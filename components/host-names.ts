import * as pulumi from "@pulumi/pulumi";
import { render } from "../templates/render";
import type { Machine } from "./machine";
import { remoteScript } from "./remote-script";

export interface HostNamesArgs {
  readonly nfs: Machine;
  readonly source: Machine;
  readonly target: Machine;
}

/** Every server resolves every other's name: a block of lines in each one's hosts file, the rest untouched. */
export class HostNames extends pulumi.ComponentResource {
  /** What was written on each server, for those who need its names. */
  readonly on: Readonly<Record<Machine["role"], pulumi.Resource>>;

  constructor(name: string, args: HostNamesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kvm-migration-lab:index:HostNames", name, {}, opts);
    const block = pulumi
      .all([args.nfs.address, args.source.address, args.target.address])
      .apply(([nfsAddress, sourceAddress, targetAddress]) =>
        render("machine/hosts", { nfsAddress, sourceAddress, targetAddress }).trimEnd(),
      );
    const write = (machine: Machine) =>
      remoteScript(`${name}-${machine.role}`, machine, "machine/host-names.sh", [block], { parent: this });
    this.on = { nfs: write(args.nfs), source: write(args.source), target: write(args.target) };
    this.registerOutputs({});
  }
}
