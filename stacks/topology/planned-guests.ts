import { createHash } from "node:crypto";
import ipaddr from "ipaddr.js";
import type { MigrationOptionsInput } from "kvmlab-provider/migrate/options";
import type { GuestItem } from "../guests";
import type { Settings } from "../schema";
import { addressAt, places } from "./addresses";

export interface PlannedGuest {
  readonly name: string;
  /** Of a lab that has a hypervisor to itself: there no other guest can have it. */
  readonly uuid: string;
  /** With the network's prefix length: `10.77.0.50/24`. */
  readonly address: string;
  readonly memoryMiB: number;
  /** `auto`: by KVM where its first host has it. */
  readonly acceleration: "auto" | "kvm" | "tcg";
  /** The bridge that it is connected to on every host. */
  readonly bridge: string;
  /** Where it is installed. */
  readonly startsOn: string;
  /** Where it should run. */
  readonly runsOn: string;
  /** How it is moved there. */
  readonly moving: MigrationOptionsInput;
}

/** The settings that say which guests a lab has. */
export type GuestSettings = Pick<
  Settings,
  | "guests"
  | "guestName"
  | "guestAddress"
  | "guestMemoryMiB"
  | "guestAcceleration"
  | "guestRunsOn"
  | "migrationOptions"
  | "bridge"
  | "hosts"
  | "network"
>;

/** The guests in their order: those of `guests`, or the one that the keys that begin with `guest` say. One that is added at the end leaves the others as they are. */
export function plannedGuests(settings: GuestSettings): PlannedGuest[] {
  const { guests, guestName, guestAddress, network, hosts } = settings;
  const [firstHost = ""] = hosts;
  const [, prefix] = ipaddr.IPv4.parseCIDR(network);
  const items: readonly GuestItem[] =
    guests.length > 0 ? guests : [{ name: guestName, ...(guestAddress ? { address: guestAddress } : {}) }];
  return items.map((item, index) => ({
    name: item.name,
    uuid: item.name === guestName ? uuidOfDefault : uuidFor(item.name),
    address: item.address ?? `${addressAt(network, places.firstGuest + index)}/${prefix}`,
    memoryMiB: item.memoryMiB ?? settings.guestMemoryMiB,
    acceleration: settings.guestAcceleration,
    bridge: settings.bridge,
    startsOn: item.startsOn ?? firstHost,
    runsOn: item.runsOn ?? settings.guestRunsOn,
    moving: item.migrationOptions ?? settings.migrationOptions,
  }));
}

/** The same in every lab, so that a kept memory of the guest fits each of them. */
const uuidOfDefault = "4b564d4c-6162-4000-8000-000000000050";

/** From the name alone: a guest keeps it whoever comes before it in the list. */
function uuidFor(name: string): string {
  return `4b564d4c-6162-4000-8000-${createHash("sha256").update(name).digest("hex").slice(0, 12)}`;
}
