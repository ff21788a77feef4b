import * as pulumi from "@pulumi/pulumi";
import { render } from "../templates/render";
import type { Machine } from "./machine";
import { remoteScript } from "./remote-script";

export interface NfsServerArgs {
  readonly machine: Machine;
  /** The folder that is exported. */
  readonly path: string;
  /** The only two that may mount it. */
  readonly source: Machine;
  readonly target: Machine;
}

/** The shared storage: an NFS server that exports one folder to the two hosts. */
export class NfsServer extends pulumi.ComponentResource {
  readonly path: string;
  /** What there is to wait for before the share is mounted. */
  readonly exported: pulumi.Resource;

  constructor(name: string, args: NfsServerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kvm-migration-lab:index:NfsServer", name, {}, opts);
    this.path = args.path;
    const line = pulumi
      .all([args.source.address, args.target.address])
      .apply(([sourceAddress, targetAddress]) =>
        render("nfs/exports", { path: args.path, sourceAddress, targetAddress }).trimEnd(),
      );
    this.exported = remoteScript(name, args.machine, "nfs/export-share.sh", [args.path, line], {
      parent: this,
    });
    this.registerOutputs({});
  }
}
