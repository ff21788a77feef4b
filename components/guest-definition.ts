import ipaddr from "ipaddr.js";
import type { PlannedGuest } from "../stacks/topology/planned-guests";
import { machineTypeOn } from "../stacks/topology/releases";
import { guestPlaces } from "../stacks/topology/storage";
import { serverNamed, type Topology } from "../stacks/topology/topology";
import { render } from "../templates/render";

/** Port of the probe inside the lab's guest. */
export const probePort = 7000;

/** What runs a guest on its host: KVM, or QEMU's own emulation. */
export type GuestAcceleration = "kvm" | "tcg";

/** QEMU before 9.0 tracks the writes of an emulated guest only where memory is no multiple of 256 KiB (docs/decisions/0006). */
const oddKiB = 8;
/**
 * The processor of a guest under KVM: 64 bits with SSE4.2 (x86-64-v2), which every KVM host has since 2011 whoever made it, and so has the
 * emulated processor of the lab's own hosts. What differs between hosts is not in it (docs/decisions/0012).
 */
const cpuModel = "Nehalem";

/** libvirt's domain XML of it. */
export function guestDefinition(
  topology: Topology,
  guest: PlannedGuest,
  acceleration: GuestAcceleration,
): string {
  const { folder, disk } = guestPlaces(topology.storage, guest);
  const kvm = acceleration === "kvm";
  return render("guest/domain.xml", {
    type: kvm ? "kvm" : "qemu",
    emulated: !kvm,
    isolated: topology.isolated,
    uuid: guest.uuid,
    cpuModel,
    name: guest.name,
    machine: machineTypeOn(serverNamed(topology, guest.startsOn).release),
    memoryMiB: guest.memoryMiB,
    ramKiB: guest.memoryMiB * 1024 + oddKiB,
    folder,
    disk: render(`guest/disk-${disk.kind}.xml`, { path: disk.path }).trimEnd(),
    cmdline: render("guest/cmdline", { address: guest.address, name: guest.name }).trimEnd(),
    mac: macOf(guest.address),
    bridge: guest.bridge,
  });
}

/** QEMU's prefix and the end of the address: no two guests of one network have the same. */
export function macOf(address: string): string {
  const [, ...end] = ipaddr.IPv4.parseCIDR(address)[0].toByteArray();
  return ["52", "54", "00", ...end.map((byte) => byte.toString(16).padStart(2, "0"))].join(":");
}
