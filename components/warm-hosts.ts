import type { Settings } from "../stacks/schema";
import { addressesOf, topologyOf } from "../stacks/topology/topology";
import type { BootableImage } from "../toolchain/hypervisor";
import { type ServerRole, serverRoles } from "../toolchain/hypervisor/hypervisor";
import type { HostsToKeep } from "../toolchain/warm-start/hosts-memory";
import { brokenProcessor, defaultProcessor } from "./processor";

/** The servers of these settings that may be started from a kept memory: one with another processor than usual has to boot. */
export function warmRoles(settings: Settings): ServerRole[] {
  const own = topologyOf(settings).isolated && settings.hostImage === "";
  if (!own || !settings.warmStart) return [];
  const broken = brokenProcessor(settings.break);
  const usual = broken.model === defaultProcessor.model && broken.withoutNx === defaultProcessor.withoutNx;
  return serverRoles.filter((role) => role !== "target" || usual);
}

/** The lab of these settings, as it is to be built once to keep its servers' memory. */
export function hostsToKeep(
  settings: Settings,
  image: BootableImage,
  acceleration: "kvm" | "tcg",
  guestKey: string,
): HostsToKeep {
  // As every lab is before anything is moved or broken.
  const move = { guestRunsOn: "source", migrationOptions: "{}", measure: "false", waive: [] };
  const start = { ...move, break: [], resetPoint: true, acceleration };
  const topology = topologyOf(settings);
  return {
    image,
    acceleration,
    settings: { ...settings, ...start },
    guestKey,
    servers: addressesOf(topology),
    mountPoint: topology.storage.mountPoint,
  };
}
