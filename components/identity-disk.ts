import { mkdir, mkdtemp, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as libvirt from "@pulumi/libvirt";
import * as pulumi from "@pulumi/pulumi";
import { execa } from "execa";
import { contentKey, labDir } from "../toolchain/cache";

export interface IdentityDiskArgs {
  /** The volume's name in the pool. */
  readonly fileName: string;
  readonly pool: pulumi.Input<string>;
  /** NoCloud's user-data: here a shell script. A secret. */
  readonly userData: pulumi.Input<string>;
  readonly metaData: pulumi.Input<string>;
}

const isoLimitMs = 30_000;

/**
 * A disk labelled `cidata` that says who a machine is.
 *
 * Not libvirt.CloudinitDisk: at each refresh that one reads its disk back through libvirt's streams, where its plugin
 * now and then waits for ever or reads too little. A plain volume is only looked up. The file that it is made from is
 * the user's alone (mode 0600) and lies in the lab's folder.
 */
export class IdentityDisk extends pulumi.ComponentResource {
  readonly volumeId: pulumi.Output<string>;

  constructor(name: string, args: IdentityDiskArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kvm-migration-lab:index:IdentityDisk", name, {}, opts);
    const source = pulumi
      .all([args.userData, args.metaData])
      .apply(([userData, metaData]) => identityIso(userData, metaData));
    const volume = new libvirt.Volume(
      name,
      { name: args.fileName, pool: args.pool, source: pulumi.unsecret(source) },
      // Its name is fixed: a new one needs the old one gone.
      { parent: this, deleteBeforeReplace: true },
    );
    this.volumeId = volume.id;
    this.registerOutputs({});
  }
}

/** The ISO's path, which names its content: written once, complete when it has its name. */
async function identityIso(userData: string, metaData: string): Promise<string> {
  const folder = join(labDir(pulumi.getStack()), "identities");
  const finished = join(folder, `${contentKey([userData, metaData])}.iso`);
  if (await stat(finished).catch(() => undefined)) return finished;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const staging = await mkdtemp(join(folder, "staging-"));
  try {
    const files = [join(staging, "user-data"), join(staging, "meta-data")];
    await writeFile(join(staging, "user-data"), userData, { mode: 0o600 });
    await writeFile(join(staging, "meta-data"), metaData, { mode: 0o600 });
    const iso = join(staging, "identity.iso");
    const options = ["-quiet", "-volid", "cidata", "-joliet", "-rock", "-output", iso];
    await execa("genisoimage", [...options, ...files], { timeout: isoLimitMs });
    await rename(iso, finished);
    return finished;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}
