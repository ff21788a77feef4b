import * as pulumi from "@pulumi/pulumi";
import type { GlusterfsPlan } from "../stacks/topology/storage";
import { serverNamed, type Topology } from "../stacks/topology/topology";
import type { Machine } from "./machine";
import { remoteScript } from "./remote-script";
import { poolUuid } from "./storage/glusterfs";

export interface MachinesInspectionArgs {
  readonly topology: Topology;
  readonly machines: readonly Machine[];
}

/** A look at machines that somebody has: what cannot be on one of them is refused before anything is changed on any. */
export class MachinesInspection extends pulumi.ComponentResource {
  constructor(
    name: string,
    { topology, machines }: MachinesInspectionArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("kvm-migration-lab:index:MachinesInspection", name, {}, opts);
    const parent = { parent: this };
    const { names, storage } = topology;
    for (const machine of machines) {
      if (names.kind === "dns") {
        const args = [
          serverNamed(topology, names.server).address,
          machine.role === names.server ? "yes" : "",
        ];
        remoteScript(`${name}-names-${machine.role}`, machine, "existing/look-at-names.sh", args, parent);
      }
      if (storage.kind === "glusterfs") {
        const args = glusterfsArgs(storage, serverNamed(topology, machine.role).address, machine.role);
        remoteScript(
          `${name}-glusterfs-${machine.role}`,
          machine,
          "existing/look-at-glusterfs.sh",
          args,
          parent,
        );
      }
    }
    this.registerOutputs({});
  }
}

/** The same machines, none of which is changed before all of them were looked at. */
export function inspected(
  args: MachinesInspectionArgs,
  opts: pulumi.ComponentResourceOptions,
): readonly Machine[] {
  const resource = new MachinesInspection("inspection", args, opts);
  return args.machines.map(({ role, existing, address, sshPort, connection }) => ({
    ...{ role, existing, address, sshPort, connection, resource },
  }));
}

function glusterfsArgs(plan: GlusterfsPlan, address: string, role: string): string[] {
  const { server, bricks, brickFolder, volume, mountPoint } = plan;
  const [first] = bricks;
  return [
    ...[poolUuid(address), brickFolder, volume],
    role === server ? "" : mountPoint,
    `${first?.address ?? ""}:/${volume}`,
    ...bricks.map((brick) => brick.address),
  ];
}
