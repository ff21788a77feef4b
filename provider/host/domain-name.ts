import { z } from "zod";

const uuidShape = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const nameShape = /^(?!\d+$)[A-Za-z0-9_][A-Za-z0-9_.+-]{0,62}$/;
const nameRule = "letters, digits and _ . + - (63 at most, not digits alone), beginning with no dot or dash";

/** Whether virsh takes a word for a UUID: it does so before it takes it for a name. */
export function isUuid(word: string): boolean {
  return uuidShape.test(word);
}

/** libvirt allows more; these need no quoting anywhere, and no digits alone, which virsh takes for an ID, and no UUID. */
export const domainName = z
  .string("a name")
  .regex(nameShape, nameRule)
  .refine((name) => !isUuid(name), "a name that is no UUID: virsh would look for the guest of that UUID");

/** A guest as virsh's commands take it: by its name or by its UUID. */
export const domainReference = z
  .string("a name or a UUID")
  .regex(nameShape, `a UUID, or a name: ${nameRule}`);

/** What tells one domain from another. */
export interface DomainIdentity {
  readonly name: string;
  readonly uuid: string;
}

/** Whether a domain is the one that was given by its name or UUID. libvirt writes UUIDs in small letters. */
export function isMeant(given: string, { name, uuid }: DomainIdentity): boolean {
  return isUuid(given) ? uuid === given.toLowerCase() : name === given;
}

/** The UUID of the domain that was given by its name or UUID. As virsh does it: a UUID is looked for before a name. */
export function uuidIn(domains: readonly DomainIdentity[], given: string): string | undefined {
  const known = domains.find((one) => isMeant(given, one)) ?? domains.find(({ name }) => name === given);
  return known?.uuid;
}

/** A guest for people: as it was given, and what it is called where that is something else. */
export function calledBy(given: string, name: string | undefined): string {
  return name === undefined || name === given ? given : `${name} (${given})`;
}
