import type * as pulumi from "@pulumi/pulumi";
import { guestDiskBytes } from "../../machines/images";
import type { Topology } from "../../stacks/topology/topology";
import type { Machine } from "../machine";
import { Glusterfs } from "./glusterfs";
import { Iscsi } from "./iscsi";
import { Nfs } from "./nfs";
import type { SharedStorage } from "./shared-storage";

/** The storage that a topology asks for: one line a kind. */
export function storageOf(
  topology: Topology,
  machine: Machine,
  hosts: readonly Machine[],
  opts: pulumi.ComponentResourceOptions,
): SharedStorage {
  const { storage: plan } = topology;
  switch (plan.kind) {
    case "nfs":
      return new Nfs("nfs-share", { machine, plan, clients: hosts }, opts);
    case "iscsi": {
      const { guests } = topology;
      return new Iscsi(
        "iscsi-target",
        { machine, plan, guests, lunBytes: guestDiskBytes, initiators: hosts },
        opts,
      );
    }
    case "glusterfs": {
      const brickServers = [machine, ...hosts].filter(({ role }) =>
        plan.bricks.some(({ name }) => name === role),
      );
      return new Glusterfs(
        "glusterfs-volume",
        { machine, plan, brickServers, existing: topology.existing },
        opts,
      );
    }
  }
}
