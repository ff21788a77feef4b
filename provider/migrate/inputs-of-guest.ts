import { type DomainIdentity, isMeant } from "../host/domain-name";
import type { GuestLimits } from "../resources/inputs";
import type { MigrationOptions } from "./options";
import type { PlacementInputs } from "./placement";

type Probe = NonNullable<PlacementInputs["probe"]>;

/** What moves of many guests have in common, and what is said of some of them by their names or UUIDs. */
export interface ManyInputs extends Omit<PlacementInputs, "guest" | "uuid" | "to" | "probe"> {
  readonly probes?: Readonly<Record<string, Probe>> | undefined;
  readonly guestLimits?: Readonly<Record<string, GuestLimits>> | undefined;
}

/** The inputs of one guest's move: asked for by its UUID, with its own probe and limits. */
export function inputsOfGuest(
  { probes, guestLimits, ...common }: ManyInputs,
  guest: DomainIdentity,
  to: string,
): PlacementInputs {
  const limits = messageOf(guest, guestLimits) ?? {};
  return {
    ...common,
    guest: guest.name,
    uuid: guest.uuid,
    to,
    probe: messageOf(guest, probes),
    timeoutSeconds: limits.timeoutSeconds ?? common.timeoutSeconds,
    options: withLimits(common.options, limits),
  };
}

/** The options of a guest that has limits of its own. */
export function withLimits(
  options: MigrationOptions,
  { bandwidthMiBps, maxDowntimeMs }: GuestLimits,
): MigrationOptions {
  return {
    ...options,
    ...(bandwidthMiBps === undefined ? {} : { bandwidthMiBps }),
    ...(maxDowntimeMs === undefined ? {} : { maxDowntimeMs }),
  };
}

/** What is said of a guest: by its UUID, which means no other, before what is said by its name. */
function messageOf<Said>(guest: DomainIdentity, all: Readonly<Record<string, Said>> = {}): Said | undefined {
  const meant = Object.keys(all).filter((given) => isMeant(given, guest));
  const key = meant.find((given) => given !== guest.name) ?? meant[0];
  return key === undefined ? undefined : all[key];
}
