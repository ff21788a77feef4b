/** One place of the domain format: an element by its path below `<domain>`, or one of its attributes, or that with a value. */
export interface Place {
  /** Names of the elements, the outermost first; none: the domain itself. */
  readonly path: readonly string[];
  readonly attribute?: string;
  readonly value?: string;
}

/** By an attribute's name the values that are meant; undefined: all of them. */
type Attributes = Map<string, ReadonlySet<string> | undefined>;

/** Which places some patterns mean: see ElementPatterns for how one is written. */
export class ElementIndex {
  /** Elements that are meant with everything in them. */
  readonly #whole = new Set<string>();
  readonly #attributes = new Map<string, Attributes>();

  constructor(patterns: readonly string[]) {
    for (const pattern of patterns) {
      const [elements = "", attributes] = pattern.split("@");
      for (const path of expanded(elements)) this.#add(path, attributes);
    }
  }

  has({ path, attribute, value }: Place): boolean {
    const names = folded(path);
    if (names.some((_, index) => this.#whole.has(names.slice(0, index + 1).join("/")))) return true;
    const attributes = this.#attributes.get(names.join("/"));
    if (attributes === undefined || attribute === undefined) return attributes !== undefined;
    if (attributes.has("*")) return true;
    const values = attributes.get(attribute);
    // Without a value it is asked whether the attribute is known at all.
    return attributes.has(attribute) && (values === undefined || value === undefined || values.has(value));
  }

  #add(path: string, attributes: string | undefined): void {
    if (path.endsWith("/**")) {
      this.#whole.add(path.slice(0, -3));
      return;
    }
    const known: Attributes = this.#attributes.get(path) ?? new Map();
    this.#attributes.set(path, known);
    for (const written of attributes?.split(",") ?? []) {
      const [name = "", values] = written.split("=");
      const before = known.get(name) ?? (known.has(name) ? undefined : new Set<string>());
      known.set(name, values && before ? new Set([...before, ...values.split("|")]) : undefined);
    }
  }
}

/** `a/{b,c/d}` as `a/b` and `a/c/d`. */
function expanded(text: string): string[] {
  const [whole, before, choices, after] = /^(.*?)\{(.*?)\}(.*)$/.exec(text) ?? [];
  if (whole === undefined) return [text];
  return (choices ?? "").split(",").flatMap((choice) => expanded(`${before}${choice}${after}`));
}

/** A backing store of a backing store is one more of the same. */
function folded(path: readonly string[]): readonly string[] {
  return path.filter((name, index) => name !== path[index - 1]);
}
