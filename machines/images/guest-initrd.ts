import { join, resolve } from "node:path";
import { writeInitrd } from "./initrd";
import { compileC } from "./tool";

export const guestRecipe = resolve(__dirname, "guest");

/** All that the guest has of hardware: a network card and a disk on virtio's PCI bus, and the disk's file system. */
const guestModules = ["virtio_pci", "virtio_net", "virtio_blk", "ext4"];

/** The probe, with the disk and the memory that it can prove, and the loads that it can make. */
export const probeSources = ["probe.c", "sequence.c", "filesystem.c", "memory.c", "load.c"];

/** The guest's whole system: busybox, four drivers with what they need, and the probe. */
export async function writeGuestInitrd(modulesRoot: string, staging: string, output: string): Promise<void> {
  const probe = join(staging, "probe");
  await compileC(
    probeSources.map((file) => join(guestRecipe, file)),
    probe,
  );
  await writeInitrd(
    {
      modulesRoot,
      modules: guestModules,
      init: join(guestRecipe, "init"),
      programs: [probe],
      folders: ["data", "sys"],
    },
    staging,
    output,
  );
}
