import { type DomainIdentity, isMeant } from "../host/domain-name";

/** Groups of guests, by names or UUIDs. */
export type GuestGroups = readonly (readonly string[])[];

/**
 * The other guests of the groups that one is in, by their UUIDs.
 *
 * @param all whom the groups may mean
 */
export function othersOf(
  guest: DomainIdentity,
  groups: GuestGroups,
  all: readonly DomainIdentity[],
): ReadonlySet<string> {
  const isIn = (group: readonly string[], one: DomainIdentity) => group.some((given) => isMeant(given, one));
  const theirs = groups.filter((group) => isIn(group, guest));
  const others = all.filter(({ uuid }) => uuid !== guest.uuid);
  return new Set(others.filter((one) => theirs.some((group) => isIn(group, one))).map(({ uuid }) => uuid));
}

/** Guests that share a host with each other, directly or by a third one: each of them is in one company, alone or not. */
export function companies<Guest extends DomainIdentity & { readonly togetherWith?: ReadonlySet<string> }>(
  guests: readonly Guest[],
): Guest[][] {
  const left = new Set(guests);
  const found: Guest[][] = [];
  for (const guest of guests) {
    if (!left.delete(guest)) continue;
    const company = [guest];
    // It grows while it is gone through.
    for (const { togetherWith } of company)
      for (const other of left) if (togetherWith?.has(other.uuid) && left.delete(other)) company.push(other);
    found.push(company);
  }
  return found;
}
