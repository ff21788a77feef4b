import * as pulumi from "@pulumi/pulumi";
import type { NfsPlan } from "../../stacks/topology/storage";
import { render } from "../../templates/render";
import type { Machine } from "../machine";
import { remoteScript } from "../remote-script";
import { archivePath, guestArchive } from "./guest-archive";
import type { GuestPut, GuestToPut, HostScript, SharedStorage } from "./shared-storage";

export interface NfsArgs {
  readonly machine: Machine;
  readonly plan: Pick<NfsPlan, "exportPath" | "mountPoint">;
  /** The only ones that may mount it. */
  readonly clients: readonly Machine[];
}

/** The shared storage: an NFS server that exports one folder to the hosts. */
export class Nfs extends pulumi.ComponentResource implements SharedStorage {
  readonly machine: Machine;
  readonly served: pulumi.Resource;
  readonly #plan: NfsArgs["plan"];

  constructor(name: string, args: NfsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kvm-migration-lab:index:NfsServer", name, {}, opts);
    this.machine = args.machine;
    this.#plan = args.plan;
    const path = args.plan.exportPath;
    const clients = pulumi.all(args.clients.map(({ address }) => address));
    const line = clients.apply((addresses) =>
      render("nfs/exports", { path, clients: addresses.map(clientOptions).join(" ") }).trimEnd(),
    );
    this.served = remoteScript(name, args.machine, "nfs/export-share.sh", [path, line], {
      parent: this,
      undo: { template: "existing/no-export.sh", args: [path] },
    });
    this.registerOutputs({});
  }

  /** Mounts the share. */
  hostScript(_host: Machine, bridge: string): HostScript {
    const { exportPath, mountPoint } = this.#plan;
    const server = this.machine.role;
    const line = render("host/fstab", { server, exportPath, mountPoint }).trimEnd();
    return {
      template: "host/mount-share.sh",
      args: [line, mountPoint, `${server}:${exportPath}`, bridge],
      undo: { template: "existing/no-share.sh", args: [mountPoint] },
    };
  }

  /** On the share every host has them. */
  putGuest(name: string, { guest, image, keptOn }: GuestToPut, parent: pulumi.Resource): GuestPut {
    const { machine } = this;
    const copied = guestArchive(`${name}-files`, machine, guest, image, keptOn(machine.role), parent);
    const put = remoteScript(
      `${name}-on-share`,
      machine,
      "guest/put-on-share.sh",
      [archivePath(guest, image), `${this.#plan.exportPath}/${guest}`, image.key],
      { parent, dependsOn: copied },
    );
    return { toStart: [put], toMove: [] };
  }
}

function clientOptions(address: string): string {
  return render("nfs/client", { address }).trimEnd();
}
