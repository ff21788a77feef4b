import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { guestDefinition } from "../../components/guest-definition";
import type { GuestImage } from "../../machines/images";
import { shellCommand } from "../../provider/host/shell-quote";
import type { PlannedGuest } from "../../stacks/topology/planned-guests";
import { guestPlaces } from "../../stacks/topology/storage";
import type { Topology } from "../../stacks/topology/topology";

/** Puts the lab's guest on what the servers share. */
export async function putOnShare(image: GuestImage, share: string, guest: string): Promise<void> {
  const folder = join(share, guest);
  await mkdir(folder, { recursive: true });
  await copyFile(image.kernel, join(folder, "vmlinux"));
  await copyFile(image.initrd, join(folder, "initrd.img"));
  await copyFile(image.disk, join(folder, "disk.qcow2"));
  await execa("qemu-img", ["create", "-q", "-f", "raw", join(folder, "read-only.raw"), "1M"]);
}

/** What nfs runs so that both hosts have the guest's disk: to be found by its name, at NBD's own port. */
export function serveDisk(topology: Topology, guest: PlannedGuest): string {
  const { name } = guest;
  const serving = ["qemu-nbd", "--fork", "--persistent", "--shared=0", "--cache=none"];
  return shellCommand([
    ...serving,
    "--export-name",
    name,
    "--format=qcow2",
    `${guestPlaces(topology.storage, guest).folder}/disk.qcow2`,
  ]);
}

/**
 * The lab's definition of its guest, with a disk that libvirt lets move. A file in the folder that the hosts share by a bind mount would be
 * as safe as one on a share, but libvirt decides by the file system's type: of one that is no network's it says "Migration without
 * shared storage is unsafe", also where the disk is declared to be shared. Without a network file system in this machine's kernel
 * the disk itself comes by the network: NBD. Not --unsafe: that would be another command than the one to be timed.
 *
 * A read-only disk, of which libvirt does not ask that, lies in the folder, so that preflight has a file and a folder to look at, as in
 * the lab.
 */
export function definitionHere(topology: Topology, guest: PlannedGuest): string {
  const own = `<driver name="qemu" type="qcow2" cache="none"/>
      <source file="${guestPlaces(topology.storage, guest).folder}/disk.qcow2"/>
      <target dev="vda" bus="virtio"/>
    </disk>`;
  const here = `<driver name="qemu" type="raw" cache="none"/>
      <source protocol="nbd" name="${guest.name}"><host name="nfs" port="10809"/></source>
      <target dev="vda" bus="virtio"/>
    </disk>
    <disk type="file" device="disk">
      <driver name="qemu" type="raw" cache="none"/>
      <source file="${guestPlaces(topology.storage, guest).folder}/read-only.raw"/>
      <target dev="vdb" bus="virtio"/>
      <readonly/>
    </disk>`;
  const start = '<disk type="file" device="disk">\n      ';
  const lab = guestDefinition(topology, guest, "tcg");
  if (!lab.includes(`${start}${own}`)) throw new Error("the guest's definition has another disk now");
  return lab.replace(`${start}${own}`, `<disk type="network" device="disk">\n      ${here}`);
}
