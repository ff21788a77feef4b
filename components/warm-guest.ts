import { ensureGuestImage, type GuestFiles } from "../machines/images";
import { type GuestToKeep, keptGuest } from "../machines/snapshots/boots/guest-memory";
import type { Settings } from "../stacks/schema";
import { addressesOf, firstGuest, topologyOf } from "../stacks/topology/topology";
import type { Progress } from "../toolchain/progress";
import { guestDefinition, probePort } from "./guest-definition";

/**
 * Whether these settings let the guest be started from a kept memory: an emulated processor is the same everywhere. A memory is one guest's, and belongs
 * to a disk of its own path: only where that is a file.
 */
export function startsWarm(settings: Settings): boolean {
  const { isolated, guests, storage } = topologyOf(settings);
  const fits = storage.kind === "nfs" && guests.length === 1;
  // One that is installed by hand boots.
  return (
    settings.start === "ready" &&
    fits &&
    isolated &&
    settings.warmStart &&
    settings.guestAcceleration === "tcg"
  );
}

/** The guest of these settings, as it is to be booted to keep its memory. */
export function guestToKeep(settings: Settings): GuestToKeep {
  const topology = topologyOf(settings);
  const guest = firstGuest(topology);
  const { network, storage } = topology;
  const askedFrom = `${addressesOf(topology)[storage.server]}/${network.prefix}`;
  return {
    name: guest.name,
    definition: guestDefinition(topology, guest, "tcg"),
    bridge: guest.bridge,
    probe: { address: guest.address.split("/")[0] ?? "", port: probePort, askedFrom },
  };
}

/** What is put on the share for the guest: with the memory of the booted one where that is kept, else to be booted. */
export async function guestFiles(settings: Settings, progress: Progress): Promise<GuestFiles> {
  const image = await ensureGuestImage(progress);
  return (startsWarm(settings) ? await keptGuest(guestToKeep(settings), image) : undefined) ?? image;
}
