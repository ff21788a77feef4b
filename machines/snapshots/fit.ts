import type { MachineFacts } from "./manifest";

/**
 * What keeps a saved lab from running on this machine, in words; none when it can.
 *
 * QEMU and libvirt by major and minor number: within one such number they keep to one form of saved memory. The processor only where
 * KVM gives the servers this machine's own; an emulated one is QEMU's.
 */
export function misfits(saved: MachineFacts, here: MachineFacts): string[] {
  return [
    ...differs("QEMU", minor(saved.qemu), minor(here.qemu), saved.qemu, here.qemu),
    ...differs("libvirt", minor(saved.libvirt), minor(here.libvirt), saved.libvirt, here.libvirt),
    ...differs("acceleration", saved.acceleration, here.acceleration),
    ...(saved.acceleration === "kvm" ? differs("processor", saved.processor, here.processor) : []),
  ];
}

function differs(what: string, a: string, b: string, shownA = a, shownB = b): string[] {
  return a === b ? [] : [`${what}: saved with ${shownA || "none"}, here ${shownB || "none"}`];
}

function minor(version: string): string {
  return version.split(".").slice(0, 2).join(".");
}
