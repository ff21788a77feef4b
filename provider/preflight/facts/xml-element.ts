import { XMLParser } from "fast-xml-parser";

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "",
  preserveOrder: true,
  parseTagValue: false,
  parseAttributeValue: false,
});

/** One element of libvirt's XML. What is not there reads as empty, so that a path can be asked for in one line. */
export class XmlElement {
  constructor(
    readonly name: string,
    readonly attributes: ReadonlyMap<string, string>,
    readonly elements: readonly XmlElement[],
    readonly text: string,
  ) {}

  /** The value of an attribute; undefined when it is not there. */
  attribute(name: string): string | undefined {
    return this.attributes.get(name);
  }

  /** All elements right below this one that have one of the names; all of them when none is given. */
  all(...names: readonly string[]): XmlElement[] {
    return this.elements.filter(({ name }) => names.length === 0 || names.includes(name));
  }

  /** The first element at the end of a path of names. */
  at(...path: readonly string[]): XmlElement {
    const [first, ...rest] = path;
    if (first === undefined) return this;
    return (this.elements.find(({ name }) => name === first) ?? nothing).at(...rest);
  }

  /** Whether this element is really there. */
  get exists(): boolean {
    return this.name !== "";
  }
}

const nothing = new XmlElement("", new Map(), [], "");

/** The root element of a document; undefined when there is none, or the text is no XML. */
export function readXml(text: string): XmlElement | undefined {
  try {
    return elementsOf(parser.parse(text)).find(({ name }) => !name.startsWith("?"));
  } catch {
    return undefined;
  }
}

function elementsOf(nodes: unknown): XmlElement[] {
  return listOf(nodes).flatMap((node) => {
    const name = Object.keys(node).find((key) => key !== ":@" && key !== "#text");
    if (name === undefined) return [];
    const content = listOf(node[name]);
    const text = content.map((part) => part["#text"]).filter((part) => typeof part === "string");
    return [new XmlElement(name, attributesOf(node[":@"]), elementsOf(content), text.join("").trim())];
  });
}

function listOf(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter((part) => typeof part === "object" && part !== null) : [];
}

function attributesOf(value: unknown): ReadonlyMap<string, string> {
  const pairs = typeof value === "object" && value !== null ? Object.entries(value) : [];
  return new Map(pairs.map(([name, text]): [string, string] => [name, String(text)]));
}
