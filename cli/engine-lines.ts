/** One line of `pulumi up --non-interactive`: what happens to one resource. */
export interface ResourceLine {
  /** `kvmlab:index:Guest` */
  readonly type: string;
  readonly name: string;
  /** `creating`, `created`, `updating`, `deleted` … */
  readonly status: string;
  readonly seconds: number | undefined;
  /** What the provider says while it works: `waiting for guest to answer: 12 s`. */
  readonly message: string;
}

const resourceLine =
  /^\s*[-+~<>=.\s]*\s([a-zA-Z][\w-]*:[\w/-]+:[\w-]+)\s+(\S+)\s+((?:creat|updat|delet|replac|refresh|read|import|discard)\w*)(?:\s+\((\d+(?:\.\d+)?)s\))?\s*(.*)$/;

/** Reads a line about a resource; undefined for all others. */
export function parseResourceLine(line: string): ResourceLine | undefined {
  const match = resourceLine.exec(line);
  if (!match) return undefined;
  const [, type = "", name = "", status = "", seconds, rest = ""] = match;
  // `[diff: ~to]; ` stands before what the provider says.
  const message = rest.replace(/^\[diff:[^\]]*\];?\s*/, "").replace(/^\*\*.*\*\*\s*/, "");
  return { type, name, status, seconds: seconds === undefined ? undefined : Number(seconds), message };
}

/** Whether a resource's work has begun or ended with this status. */
export function isDone(status: string): boolean {
  return /ed$/.test(status) && status !== "failed";
}

/** What a person is told about the lab while the engine works: one short line, or nothing. */
export function narrate(line: ResourceLine): string | undefined {
  if (line.message !== "") return `${line.name}: ${line.message}`;
  if (isDone(line.status) || line.status.endsWith("failed")) return undefined;
  if (line.type.endsWith(":Domain")) return `${line.name}: ${line.status} the machine`;
  if (line.type.startsWith("command:")) return `${line.name}: ${line.status}`;
  return undefined;
}

/**
 * The lines of a failed run that say why: the engine's diagnostics, ours (KVM-…) first, without the engine's own wrapping.
 */
export function complaints(output: string): string[] {
  const start = output.indexOf("Diagnostics:");
  const end = output.indexOf("\nOutputs:", start);
  const text = start < 0 ? output : output.slice(start, end < 0 ? undefined : end);
  const lines = text.split("\n").map((line) => line.trimEnd());
  const ours = lines.findIndex((line) => /KVM-\d{3} on /.test(line));
  if (ours >= 0)
    return lines
      .slice(ours, ours + 5)
      .map((line) => line.replace(/^\s*error:\s*/, "").replace(/^.*?(KVM-\d{3} on )/, "$1"));
  const errors = lines.filter((line) => /error:/.test(line) && !/update failed/.test(line));
  return (errors.length > 0 ? errors : lines).slice(-6).map((line) => line.trim());
}
