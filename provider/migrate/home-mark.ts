import { createHash } from "node:crypto";
import { readXml } from "../preflight/facts/xml-element";

/*
 * A drain's memory lies with the guests: a provider can hand its state to the engine only at the end of an operation, and either may be
 * killed before that. So each guest carries in its own definition, as libvirt's domain metadata, where a drain took it from; it travels
 * with the guest in every move, whoever makes it.
 */

/** What a guest carries. */
export interface HomeMark {
  /** The namespace of the drain that made it: each has its own, so that a guest can carry the marks of several. */
  readonly by: string;
  /** The host that the drain took it from. */
  readonly home: string;
}

const namespaces = "urn:kvmlab:drain:";

/** The namespace of one drain's marks, always the same for the same resource of a stack; it tells nothing of them. */
export function markNamespace(urn: string): string {
  return `${namespaces}${createHash("sha256").update(urn).digest("hex").slice(0, 32)}`;
}

/** The element as `virsh metadata --set` takes it; libvirt gives it its namespace. Names of hosts need no escaping. */
export function markElement(home: string): string {
  return `<home host="${home}"/>`;
}

/** The marks in a domain's definition, of whichever drains. */
export function parseMarks(definition: string): HomeMark[] {
  const elements = readXml(definition)?.at("metadata").elements ?? [];
  return elements.flatMap(({ attributes }) => {
    const by = [...attributes].find(
      ([name, value]) => isNamespace(name) && value.startsWith(namespaces),
    )?.[1];
    const home = attributes.get("host");
    return by === undefined || home === undefined ? [] : [{ by, home }];
  });
}

function isNamespace(attribute: string): boolean {
  return attribute === "xmlns" || attribute.startsWith("xmlns:");
}

/** Where a drain took a guest from; undefined when it did not. */
export function homeOf({ marks }: { readonly marks: readonly HomeMark[] }, by: string): string | undefined {
  return marks.find((mark) => mark.by === by)?.home;
}
