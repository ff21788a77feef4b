import type { BootableImage } from "../machines/hypervisor";
import { type WarmServer, warmServers } from "../machines/hypervisor/hypervisor";
import type { HostsToKeep } from "../machines/snapshots/boots/hosts-memory";
import type { Settings } from "../stacks/schema";
import { imagesFolderOf } from "../stacks/topology/storage";
import { addressesOf, courseHosts, serverNames, topologyOf } from "../stacks/topology/topology";
import { brokenProcessor, defaultProcessor } from "./processor";

/** The servers of these settings that may be started from a kept memory: one with another processor than usual has to boot. */
export function warmRoles(settings: Settings): WarmServer[] {
  const { isolated, storage } = topologyOf(settings);
  // An iSCSI session goes on with the secret of the lab that was kept, which this lab's server does not know (docs/decisions/0022).
  const own = isolated && storage.kind === "nfs" && settings.hostImage === "";
  if (!own || !settings.warmStart) return [];
  const broken = brokenProcessor(settings.break);
  const usual = broken.model === defaultProcessor.model && broken.withoutNx === defaultProcessor.withoutNx;
  // A server that has another place was not kept.
  const kept = warmServers.filter((name, index) => serverNames(settings.hosts)[index] === name);
  return kept.filter((name) => name !== "target" || usual);
}

/** The lab of these settings, as it is to be built once to keep its servers' memory. */
export function hostsToKeep(
  settings: Settings,
  image: BootableImage,
  acceleration: "kvm" | "tcg",
  guestKey: string,
): HostsToKeep {
  // As every lab is before anything is moved or broken.
  const move = { guests: [], guestRunsOn: "source", migrationOptions: {}, measure: false, waive: [] };
  // Of one kind of names: the scripts of another change what is kept in a second.
  const names = "hosts" as const;
  const start = { ...move, hosts: [...courseHosts], names, break: [], resetPoint: true, acceleration };
  const kept: Settings = { ...settings, ...start };
  const topology = topologyOf(kept);
  return {
    image,
    acceleration,
    settings: kept,
    guestKey,
    servers: addressesOf(topology),
    mountPoint: imagesFolderOf(topology.storage),
  };
}
