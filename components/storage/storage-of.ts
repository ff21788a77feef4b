import type * as pulumi from "@pulumi/pulumi";
import { onlyGuest, type Topology } from "../../stacks/topology/topology";
import { guestDiskBytes } from "../../toolchain/images";
import type { Machine } from "../machine";
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
      const guest = onlyGuest(topology).name;
      return new Iscsi(
        "iscsi-target",
        { machine, plan, guest, lunBytes: guestDiskBytes, initiators: hosts },
        opts,
      );
    }
  }
}
