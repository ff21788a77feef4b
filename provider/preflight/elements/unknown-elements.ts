import type { XmlElement } from "../facts/xml-element";
import { ElementIndex } from "./element-index";
import { elementTable } from "./table";

/** All that the table says something of. */
export const known = new ElementIndex(
  elementTable.flatMap(({ checked, harmless }) =>
    [...checked, ...harmless].flatMap(({ elements }) => elements),
  ),
);

/**
 * What a definition has that the table says nothing of, as `devices/disk/source@path`, each once: a newer libvirt's elements, or a value that is new. Of an
 * element that is not known what is inside is not listed.
 */
export function unknownElements(domain: XmlElement): string[] {
  return [...new Set(unknownIn(domain, []))];
}

function unknownIn({ attributes, elements }: XmlElement, path: readonly string[]): string[] {
  const here = path.join("/");
  if (path.length > 0 && !known.has({ path })) return [here];
  const unknown = [...attributes]
    .filter(([name]) => !name.startsWith("xmlns"))
    .flatMap(([attribute, value]) => {
      if (!known.has({ path, attribute })) return [`${here}@${attribute}`];
      return known.has({ path, attribute, value }) ? [] : [`${here}@${attribute}=${value}`];
    });
  return [...unknown, ...elements.flatMap((element) => unknownIn(element, [...path, element.name]))];
}
