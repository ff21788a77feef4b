import { isDeepStrictEqual } from "node:util";
import type { BootableImage } from "../machines/hypervisor";
import { type WarmServer, warmServers } from "../machines/hypervisor/hypervisor";
import type { HostsToKeep } from "../machines/snapshots/boots/hosts-memory";
import type { Settings } from "../stacks/schema";
import { imagesFolderOf } from "../stacks/topology/storage";
import { addressesOf, courseHosts, firstGuest, serverNames, topologyOf } from "../stacks/topology/topology";
import { brokenProcessor, defaultProcessor } from "./processor";

/** The servers of these settings that may be started from a kept memory: one with another processor than usual has to boot. */
export function warmRoles(settings: Settings): WarmServer[] {
  const { isolated, storage, servers } = topologyOf(settings);
  const own = isolated && settings.hostImage === "";
  if (!own || !settings.warmStart) return [];
  const withGuest = hasKeptGuest(settings);
  // The kept guest's LUN is on the server, and the hosts are logged in to it.
  if (storage.kind === "iscsi" && !withGuest) return [];
  const broken = brokenProcessor(settings.break);
  const usual = broken.model === defaultProcessor.model && broken.withoutNx === defaultProcessor.withoutNx;
  // A server that has another place was not kept.
  const kept = warmServers.filter((name, index) => serverNames(settings.hosts)[index] === name);
  const fits = { nfs: true, source: withGuest, target: usual };
  const keptRelease = new Set(
    servers.filter(({ release }) => release === settings.release).map(({ name }) => name),
  );
  const roles = kept.filter((name) => fits[name] && keptRelease.has(name));
  // A host that was kept has the share of the server that was kept.
  return roles.includes("nfs") ? roles : [];
}

/** Whether a lab has the guest that runs on source in what is kept: another lab would have it beside its own guests. */
function hasKeptGuest(settings: Settings): boolean {
  const kept = firstGuest(topologyOf({ ...settings, ...asKept }));
  const runsThere = { runsOn: kept.runsOn, moving: kept.moving };
  return topologyOf(settings).guests.some((guest) => isDeepStrictEqual({ ...guest, ...runsThere }, kept));
}

/** As every lab is before anything is moved. */
const asKept = {
  hosts: [...courseHosts],
  releases: {},
  guests: [],
  guestRunsOn: "source",
  migrationOptions: {},
};

/**
 * The lab of these settings, as it is to be built once to keep its servers' memory: of one release, so that a lab that mixes two has most of its
 * servers from what other labs keep.
 *
 * @param image of the release that the settings name for all servers
 */
export function hostsToKeep(
  settings: Settings,
  image: BootableImage,
  acceleration: "kvm" | "tcg",
  guestKey: string,
): HostsToKeep {
  // Of one kind of names: the scripts of another change what is kept in a second.
  const names = "hosts" as const;
  const plain = { names, break: [], resetPoint: true, measure: false, waive: [], acceleration };
  const kept: Settings = { ...settings, ...asKept, ...plain };
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
