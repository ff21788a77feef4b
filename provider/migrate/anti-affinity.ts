import { type DomainIdentity, isMeant } from "../host/domain-name";

/**
 * The guests that one must not share a host with, by their UUIDs.
 *
 * @param groups of guests, by names or UUIDs, of which no two may run on the same host
 * @param all whom these may mean
 */
export function apartFrom(
  guest: DomainIdentity,
  groups: readonly (readonly string[])[],
  all: readonly DomainIdentity[],
): ReadonlySet<string> {
  const isIn = (group: readonly string[], one: DomainIdentity) => group.some((given) => isMeant(given, one));
  const theirs = groups.filter((group) => isIn(group, guest));
  const others = all.filter(({ uuid }) => uuid !== guest.uuid);
  return new Set(others.filter((one) => theirs.some((group) => isIn(group, one))).map(({ uuid }) => uuid));
}
