import * as pulumi from "@pulumi/pulumi";
import { render } from "../templates/render";
import type { Machine } from "./machine";
import { remoteScript } from "./remote-script";

export interface NfsServerArgs {
  readonly machine: Machine;
  /** The folder that is exported. */
  readonly path: string;
  /** The only ones that may mount it. */
  readonly clients: readonly Machine[];
}

/** The shared storage: an NFS server that exports one folder to the hosts. */
export class NfsServer extends pulumi.ComponentResource {
  readonly machine: Machine;
  readonly path: string;
  /** What there is to wait for before the share is mounted. */
  readonly exported: pulumi.Resource;

  constructor(name: string, args: NfsServerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kvm-migration-lab:index:NfsServer", name, {}, opts);
    this.machine = args.machine;
    this.path = args.path;
    const { machine, path } = args;
    const clients = pulumi.all(args.clients.map(({ address }) => address));
    const line = clients.apply((addresses) =>
      render("nfs/exports", { path, clients: addresses.map(clientWords).join(" ") }).trimEnd(),
    );
    this.exported = remoteScript(name, machine, "nfs/export-share.sh", [path, line], {
      parent: this,
    });
    this.registerOutputs({});
  }
}

function clientWords(address: string): string {
  return render("nfs/client", { address }).trimEnd();
}
