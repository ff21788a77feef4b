import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readXml, type XmlElement } from "../../../../../provider/preflight/facts/xml-element";

/** What libvirt's RELAX NG schema allows in a domain: elements by their paths below it, each with its attributes and the values that are listed for them. */
export type SchemaPaths = ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>;

/** Reads a grammar with all that it includes; paths begin below the root element. */
export function schemaPaths(folder: string, file: string): SchemaPaths {
  const defines = new Map<string, XmlElement[]>();
  const read = new Set<string>();
  const collect = (name: string): void => {
    if (read.has(name)) return;
    read.add(name);
    const grammar = readXml(readFileSync(join(folder, name), "utf8"));
    if (grammar === undefined) throw new Error(`${name} is no XML`);
    for (const part of grammar.all("define", "start", "include")) {
      if (part.name === "include") collect(part.attribute("href") ?? "");
      else {
        const key = part.attribute("name") ?? part.name;
        defines.set(key, [...(defines.get(key) ?? []), part]);
      }
    }
  };
  collect(file);
  const walk = new Walk(defines);
  walk.into(defines.get("start") ?? [], undefined, []);
  return walk.found;
}

class Walk {
  readonly found = new Map<string, Map<string, Set<string>>>();

  constructor(readonly defines: ReadonlyMap<string, readonly XmlElement[]>) {}

  /** `open`: the definitions that it is inside of. One that is met again is what recurses (a backing store of a backing store): the table folds that. */
  into(
    patterns: readonly XmlElement[],
    path: string | undefined,
    open: readonly string[],
    namespace = "",
  ): void {
    for (const pattern of patterns) {
      if (pattern.name === "element") this.#element(pattern, path, open, namespace);
      else if (pattern.name === "attribute") this.#attribute(pattern, path);
      else if (pattern.name === "ref") {
        const name = pattern.attribute("name") ?? "";
        if (!open.includes(name)) this.into(this.#defined(name), path, [...open, name]);
      } else this.into(pattern.elements, path, open, namespace);
    }
  }

  #defined(name: string): readonly XmlElement[] {
    const defined = this.defines.get(name);
    if (defined === undefined) throw new Error(`the schema has no ${name}`);
    return defined;
  }

  #element(pattern: XmlElement, path: string | undefined, open: readonly string[], inherited: string): void {
    const namespace = pattern.attribute("ns") ?? inherited;
    // As everybody writes it.
    const prefix = /domain\/(\w+)\/1\.0$/.exec(namespace)?.[1];
    for (const name of namesOf(pattern)) {
      const named = prefix === undefined ? name : `${prefix}:${name}`;
      const inner = path === undefined ? "" : path === "" ? named : `${path}/${named}`;
      if (!this.found.has(inner)) this.found.set(inner, new Map());
      this.into(
        pattern.elements.filter((part) => !isName(part)),
        inner,
        open,
        namespace,
      );
    }
  }

  #attribute(pattern: XmlElement, path = ""): void {
    const attributes = this.found.get(path);
    for (const name of namesOf(pattern)) {
      const values = attributes?.get(name) ?? new Set();
      for (const value of this.#values(pattern, [])) values.add(value);
      attributes?.set(name, values);
    }
  }

  #values(pattern: XmlElement, open: readonly string[]): string[] {
    return pattern.elements.flatMap((part) => {
      if (part.name === "value") return [part.text];
      const name = part.name === "ref" ? (part.attribute("name") ?? "") : undefined;
      if (name === undefined) return this.#values(part, open);
      if (open.includes(name)) return [];
      return this.#defined(name).flatMap((defined) => this.#values(defined, [...open, name]));
    });
  }
}

function isName({ name }: XmlElement): boolean {
  return name === "name" || name === "anyName" || name === "nsName";
}

function namesOf(pattern: XmlElement): string[] {
  const name = pattern.attribute("name");
  if (name !== undefined) return [name];
  const named = pattern.elements.find(isName);
  if (named?.name === "name") return [named.text];
  return ["*"];
}
