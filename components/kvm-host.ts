import * as pulumi from "@pulumi/pulumi";
import type { GuestAcceleration } from "./guest-definition";
import type { Machine } from "./machine";
import type { NameService } from "./names/name-service";
import { remoteScript } from "./remote-script";
import type { SharedStorage } from "./storage/shared-storage";

export interface KvmHostArgs {
  readonly machine: Machine;
  readonly names: NameService;
  readonly share: SharedStorage;
  /** The bridge that guests are connected to. */
  readonly bridge: string;
}

/** A hypervisor host: the shared storage reached, now and at each boot, libvirtd running, a bridge for the guests. */
export class KvmHost extends pulumi.ComponentResource {
  readonly machine: Machine;
  readonly ready: pulumi.Resource;
  /** What it can run guests by. */
  readonly runsGuestsBy: pulumi.Output<GuestAcceleration>;

  constructor(name: string, args: KvmHostArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kvm-migration-lab:index:KvmHost", name, {}, opts);
    const { share } = args;
    const script = share.hostScript(args.machine, args.bridge);
    const { role } = args.machine;
    const named = args.names.on.get(role) ?? [];
    this.machine = args.machine;
    const libvirt = remoteScript(`${name}-libvirt`, args.machine, "host/start-libvirt.sh", [role], {
      parent: this,
      dependsOn: named,
      undo: { template: "existing/no-libvirt-settings.sh" },
    });
    this.runsGuestsBy = libvirt.stdout.apply((told) => (/^kvm$/m.test(told) ? "kvm" : "tcg"));
    this.ready = remoteScript(name, args.machine, script.template, script.args, {
      parent: this,
      dependsOn: [...named, libvirt, share.served],
      undo: script.undo,
    });
    this.registerOutputs({});
  }
}
