/** One line of `pulumi up --non-interactive`: what happens to one resource. */
export interface ResourceLine {
  /** `kvmlab:index:Guest` */
  readonly type: string;
  readonly name: string;
  /** `creating`, `created`, `updating`, `deleted`, `refreshing`, `refresh` … */
  readonly status: string;
  readonly seconds: number | undefined;
  /** What the provider says while it works: `waiting for guest to answer: 12 s`. */
  readonly message: string;
}

const resourceLine =
  /^\s*[-+~<>=.\s]*\s([a-zA-Z][\w-]*:[\w/-]+:[\w-]+)\s+(\S+)\s+((?:creat|updat|delet|replac|refresh|read|import|discard)\w*)(?:\s+(?:replacement|original))?(?:\s+\((\d+(?:\.\d+)?)s\))?\s*(.*)$/;

/** Reads a line about a resource; undefined for all others. */
export function parseResourceLine(line: string): ResourceLine | undefined {
  const match = resourceLine.exec(line);
  if (!match) return undefined;
  const [, type = "", name = "", status = "", seconds, rest = ""] = match;
  // `[diff: ~to]; ` stands before what the provider says.
  const message = rest.replace(/^\[diff:[^\]]*\];?\s*/, "").replace(/^\*\*.*\*\*\s*/, "");
  return { type, name, status, seconds: seconds === undefined ? undefined : Number(seconds), message };
}

/** Whether the resource is there now, as the program wants it. */
export function isMade(status: string): boolean {
  return status === "created" || status === "updated" || status === "replaced";
}
