import * as libvirt from "@pulumi/libvirt";
import * as pulumi from "@pulumi/pulumi";
import type { Release } from "../stacks/topology/releases";
import type { Platform, ServerImage } from "./platform";

export interface ServerDisksArgs {
  readonly platform: Platform;
}

/** What a server is booted from. */
export interface BootDisk {
  readonly baseVolumeId: pulumi.Input<string>;
  /** Paths as the hypervisor sees them; undefined when the image boots by its own boot loader. */
  readonly kernel: pulumi.Input<string> | undefined;
  readonly initrd: pulumi.Input<string> | undefined;
  readonly cmdline: string;
}

/** The pool that the servers' disks are in, and the images that they are overlays of. */
export class ServerDisks extends pulumi.ComponentResource {
  readonly pool: pulumi.Output<string>;
  readonly base: BootDisk;
  private readonly others: ReadonlyMap<string, BootDisk>;

  constructor(name: string, args: ServerDisksArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kvm-migration-lab:index:ServerDisks", name, {}, opts);
    const { prefix, image, otherImages } = args.platform;
    const folder = `/var/lib/libvirt/images/${prefix}lab`;
    const pool = new libvirt.Pool(
      name,
      { name: `${prefix}lab`, type: "dir", target: { path: folder } },
      // Names are fixed: a new pool or volume of a name needs the old one gone.
      { parent: this, deleteBeforeReplace: true },
    );
    this.pool = pool.name;
    const named = (release: string, other: ServerImage): [string, BootDisk] => [
      release,
      this.bootDisk(name, other, (file) => `${release}-${file}`),
    ];
    this.base = this.bootDisk(name, image, (file) => file);
    this.others = new Map(Object.entries(otherImages).map(([release, other]) => named(release, other)));
    this.registerOutputs({});
  }

  /** What a server of a release is booted from. */
  of(release: Release | undefined): BootDisk {
    return this.others.get(release ?? "") ?? this.base;
  }

  private bootDisk(name: string, image: ServerImage, fileName: (file: string) => string): BootDisk {
    const { cmdline } = image;
    if (image.kind === "on-hypervisor") {
      const [kernel, initrd] = [image.kernel || undefined, image.initrd || undefined];
      return { baseVolumeId: image.volumeId, kernel, initrd, cmdline };
    }
    const upload = (file: string, source: string) =>
      new libvirt.Volume(
        `${name}-${fileName(file)}`,
        { name: fileName(file), pool: this.pool, source },
        { parent: this, deleteBeforeReplace: true },
      ).id;
    return {
      baseVolumeId: upload("base.qcow2", image.disk),
      kernel: image.kernel ? upload("vmlinux", image.kernel) : undefined,
      initrd: image.initrd ? upload("initrd.img", image.initrd) : undefined,
      cmdline,
    };
  }
}
