import { createHash } from "node:crypto";
import { XMLParser, XMLValidator } from "fast-xml-parser";

/** What the program must know of a domain's definition. */
export interface Definition {
  readonly name: string;
  /** The UUID that it gives itself, if it does. */
  readonly uuid: string | undefined;
}

const parser = new XMLParser({ ignoreAttributes: true, parseTagValue: false });

/** Reads a domain's XML; a text says what is wrong with it. */
export function readDefinition(xml: string): Definition | string {
  const valid = XMLValidator.validate(xml);
  if (valid !== true) return `well-formed XML (line ${valid.err.line}: ${valid.err.msg})`;
  const document: unknown = parser.parse(xml);
  const domain = child(document, "domain");
  const name = child(domain, "name");
  if (typeof name !== "string") return "libvirt's domain XML, with <domain> outside and a <name> in it";
  const uuid = child(domain, "uuid");
  return { name, uuid: typeof uuid === "string" ? uuid : undefined };
}

function child(parent: unknown, name: string): unknown {
  return typeof parent === "object" && parent !== null
    ? (parent as Record<string, unknown>)[name]
    : undefined;
}

/** What may stand before the root element, then its opening tag. */
const opening = /^(?:\s|<\?[\s\S]*?\?>|<!--[\s\S]*?-->)*<domain\b(?:[^>"']|"[^"]*"|'[^']*')*>/;

/** The definition with this UUID in it, where it gives itself none. */
export function withUuid(xml: string, uuid: string): string {
  const definition = readDefinition(xml);
  if (typeof definition === "string" || definition.uuid !== undefined) return xml;
  return xml.replace(opening, (tag) => `${tag}<uuid>${uuid}</uuid>`);
}

/**
 * The UUID of a guest that this resource of this stack makes for who deploys it, always the same: by it a guest is
 * known again that was made just before the engine was killed, and nobody else's of the same name is taken for it.
 */
export function uuidFor(urn: string, guest: string, whoDeploys: Buffer): string {
  const hash = createHash("sha256")
    .update(JSON.stringify([urn, guest]))
    .update(whoDeploys)
    .digest();
  // Version 8 of RFC 9562: made by a rule of your own.
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x80, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = hash.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    "-",
  );
}
