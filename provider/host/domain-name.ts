import { z } from "zod";

const uuidShape = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** libvirt keeps a domain in a file of its name and `.xml`, and file systems take 255 bytes. */
const mostBytes = 251;
/** What XML 1.0 has no way to write. */
const notInXml = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;

/** Whether virsh takes a word for a UUID: it does so before it takes it for a name. */
export function isUuid(word: string): boolean {
  return uuidShape.test(word);
}

/** What libvirt has against a name; undefined where it has nothing. */
function complaint(name: string): string | undefined {
  if (name.trim() === "") return "a name that has more than blanks in it";
  if (/[\r\n]/.test(name)) return "a name on one line: libvirt allows no line break in it";
  if (name.includes("/")) return "a name without /: libvirt keeps a guest in a file of its name";
  if (notInXml.test(name)) return "a name without control characters: XML cannot have them";
  // This alone libvirt would take. Its own lists do not show where such a name ends.
  if (name.trim() !== name)
    return "a name with no blank at its beginning or end: virsh's lists do not show it";
  if (Buffer.byteLength(name) > mostBytes)
    return `a name of at most ${mostBytes} bytes: libvirt keeps a guest in a file of its name`;
  return undefined;
}

const named = (what: string) =>
  z.string(what).superRefine((name, context) => {
    const message = complaint(name);
    if (message !== undefined) context.addIssue({ code: "custom", message });
  });

/** What libvirt takes for a domain's name, and what virsh does not take for a UUID. */
export const domainName = named("a name").refine(
  (name) => !isUuid(name),
  "a name that is no UUID: virsh would look for the guest of that UUID",
);

/** A guest as it is given: by its name or by its UUID. */
export const domainReference = named("a name or a UUID");

/**
 * A guest in a command that is typed: by its name, as a person would, where virsh can take that for nothing else (an ID, an option), else by its
 * UUID.
 */
export function asTyped({ name, uuid }: DomainIdentity): string {
  return isUuid(name) || /^(?:-|\d+$)/.test(name) ? uuid : name;
}

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
