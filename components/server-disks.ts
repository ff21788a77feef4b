import * as libvirt from "@pulumi/libvirt";
import * as pulumi from "@pulumi/pulumi";
import type { Platform } from "./platform";

export interface ServerDisksArgs {
  readonly platform: Platform;
}

/** The pool that the servers' disks are in, and the image that they are overlays of. */
export class ServerDisks extends pulumi.ComponentResource {
  readonly pool: pulumi.Output<string>;
  readonly baseVolumeId: pulumi.Input<string>;
  /** Paths as the hypervisor sees them; undefined when the image boots by its own boot loader. */
  readonly kernel: pulumi.Input<string> | undefined;
  readonly initrd: pulumi.Input<string> | undefined;

  constructor(name: string, args: ServerDisksArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kvm-migration-lab:index:ServerDisks", name, {}, opts);
    const { prefix, image } = args.platform;
    const folder = `/var/lib/libvirt/images/${prefix}lab`;
    const pool = new libvirt.Pool(
      name,
      { name: `${prefix}lab`, type: "dir", target: { path: folder } },
      // Names are fixed: a new pool or volume of a name needs the old one gone.
      { parent: this, deleteBeforeReplace: true },
    );
    this.pool = pool.name;
    if (image.kind === "on-hypervisor") {
      this.baseVolumeId = image.volumeId;
      this.kernel = image.kernel || undefined;
      this.initrd = image.initrd || undefined;
    } else {
      const upload = (file: string, source: string) =>
        new libvirt.Volume(
          `${name}-${file}`,
          { name: file, pool: pool.name, source },
          { parent: this, deleteBeforeReplace: true },
        ).id;
      this.baseVolumeId = upload("base.qcow2", image.disk);
      this.kernel = image.kernel ? upload("vmlinux", image.kernel) : undefined;
      this.initrd = image.initrd ? upload("initrd.img", image.initrd) : undefined;
    }
    this.registerOutputs({});
  }
}
