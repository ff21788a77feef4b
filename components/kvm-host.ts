import * as pulumi from "@pulumi/pulumi";
import { render } from "../templates/render";
import type { GuestAcceleration } from "./guest-definition";
import type { Machine } from "./machine";
import type { NameService } from "./names/name-service";
import type { NfsServer } from "./nfs-server";
import { remoteScript } from "./remote-script";

export interface KvmHostArgs {
  readonly machine: Machine;
  readonly names: NameService;
  readonly share: NfsServer;
  /** Where the share is mounted. */
  readonly mountPoint: string;
  /** The bridge that guests are connected to. */
  readonly bridge: string;
}

/** A hypervisor host: the share mounted, now and at each boot, libvirtd running, a bridge for the guests. */
export class KvmHost extends pulumi.ComponentResource {
  readonly machine: Machine;
  readonly ready: pulumi.Resource;
  /** What it can run guests by. */
  readonly runsGuestsBy: pulumi.Output<GuestAcceleration>;

  constructor(name: string, args: KvmHostArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kvm-migration-lab:index:KvmHost", name, {}, opts);
    const { share, mountPoint } = args;
    const [server, exportPath] = [share.machine.role, share.path];
    const line = render("host/fstab", { server, exportPath, mountPoint }).trimEnd();
    const { role } = args.machine;
    const named = args.names.on.get(role) ?? [];
    this.machine = args.machine;
    const libvirt = remoteScript(`${name}-libvirt`, args.machine, "host/start-libvirt.sh", [role], {
      parent: this,
      dependsOn: named,
    });
    this.runsGuestsBy = libvirt.stdout.apply((told) => (/^kvm$/m.test(told) ? "kvm" : "tcg"));
    this.ready = remoteScript(
      name,
      args.machine,
      "host/mount-share.sh",
      [line, mountPoint, `${server}:${exportPath}`, args.bridge],
      {
        parent: this,
        dependsOn: [...named, libvirt, share.exported],
      },
    );
    this.registerOutputs({});
  }
}
