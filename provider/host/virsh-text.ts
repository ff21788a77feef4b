import type { DomainIdentity } from "./domain-name";

/** One line of `virsh list --all`. */
export interface ListedDomain {
  readonly name: string;
  /** virsh's words: `running`, `paused`, `shut off`, `in shutdown`, `crashed`, `idle`, `pmsuspended` … */
  readonly state: string;
}

/** Reads the table of `virsh list --all`: Id, Name, State below a line of dashes. Undefined when there is no table. */
export function parseList(text: string): ListedDomain[] | undefined {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => /^-+$/.test(line.trim()));
  if (start < 0) return undefined;
  return lines.slice(start + 1).flatMap((line) => {
    const match = /^\s*(?:\d+|-)\s+(\S.*?)\s{2,}(\S.*?)\s*$/.exec(line);
    return match?.[1] && match[2] ? [{ name: match[1], state: match[2] }] : [];
  });
}

/** Reads `virsh list --all --uuid --name`: both side by side. */
export function parseDomains(text: string | undefined): DomainIdentity[] {
  return (text ?? "").split("\n").flatMap((line) => {
    const match = /^\s*([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\s+(\S.*?)\s*$/.exec(line);
    return match?.[1] && match[2] ? [{ uuid: match[1], name: match[2] }] : [];
  });
}

/** Reads virsh's `Key:   value` lines (dominfo, domjobinfo), by key. */
export function parseFields(text: string): ReadonlyMap<string, string> {
  const pairs = [...text.matchAll(/^([A-Z][^:\n]*):[ \t]+(\S.*?)[ \t]*$/gm)];
  return new Map(pairs.map((match) => [match[1] ?? "", match[2] ?? ""]));
}

/** What `domjobinfo` says of a job that goes on now: its kind, `Unbounded` for a move; undefined when there is none. */
export function parseRunningJob(text: string): string | undefined {
  const type = parseFields(text).get("Job type");
  return type === undefined || ["None", "Completed", "Failed", "Cancelled"].includes(type) ? undefined : type;
}

/** What libvirt says of a move that has ended (`domjobinfo --completed`). */
export interface CompletedJob {
  /** Whether the guest came to the host that was asked, or left it; undefined where libvirt does not say. */
  readonly direction: "incoming" | "outgoing" | undefined;
  readonly timeMs: number;
  readonly downtimeMs: number;
  readonly dataMovedMiB: number;
}

/** Reads `domjobinfo --completed`; undefined when there was no move or the figures are not there. */
export function parseCompletedJob(text: string): CompletedJob | undefined {
  const fields = parseFields(text);
  const operation = fields.get("Operation");
  if (operation !== undefined && !operation.endsWith("migration")) return undefined;
  const direction = operation?.startsWith("Incoming")
    ? "incoming"
    : operation?.startsWith("Outgoing")
      ? "outgoing"
      : undefined;
  const timeMs = milliseconds(fields.get("Time elapsed"));
  const downtimeMs = milliseconds(fields.get("Total downtime"));
  const dataMovedMiB = mebibytes(fields.get("Data processed"));
  if (timeMs === undefined || downtimeMs === undefined || dataMovedMiB === undefined) return undefined;
  return { direction, timeMs, downtimeMs, dataMovedMiB };
}

/**
 * Reads what `virsh event --event job-completed` prints on the source when a move has ended; undefined when it told of none.
 * The figures have no units there: ms, and bytes.
 */
export function parseCompletedEvent(text: string): CompletedJob | undefined {
  const told = /event 'job-completed'.*\n((?:\t.*\n?)+)/.exec(text)?.[1];
  const fields = new Map(
    [...(told ?? "").matchAll(/^\t(\w+): (\d+)$/gm)].map(([, key, value]) => [key, Number(value)]),
  );
  const [timeMs, downtimeMs, bytes] = ["time_elapsed", "downtime", "data_processed"].map((key) =>
    fields.get(key),
  );
  if (timeMs === undefined || downtimeMs === undefined || bytes === undefined) return undefined;
  return {
    direction: "outgoing",
    timeMs,
    downtimeMs,
    dataMovedMiB: Math.round((bytes * 1000) / 1_048_576) / 1000,
  };
}

/** `1234 ms`, in ms. */
export function milliseconds(text: string | undefined): number | undefined {
  const match = /^(\d+)\s*ms$/.exec(text ?? "");
  return match ? Number(match[1]) : undefined;
}

const unitsInMiB: Readonly<Record<string, number>> = {
  B: 1 / 1_048_576,
  bytes: 1 / 1_048_576,
  KiB: 1 / 1024,
  MiB: 1,
  GiB: 1024,
  TiB: 1_048_576,
};

/** `1.234 GiB`, in MiB. */
export function mebibytes(text: string | undefined): number | undefined {
  const match = /^([\d.]+)\s*(\w+)$/.exec(text ?? "");
  const unit = unitsInMiB[match?.[2] ?? ""];
  return match?.[1] !== undefined && unit !== undefined
    ? Math.round(Number(match[1]) * unit * 1000) / 1000
    : undefined;
}

/** The newest per cent in what `virsh migrate --verbose` has written so far: `Migration: [ 42 %]`. */
export function latestPercent(text: string): number | undefined {
  const percents = [...text.matchAll(/\[\s*(\d+)(?:\.\d+)?\s*%\]/g)];
  const last = percents.at(-1)?.[1];
  return last === undefined ? undefined : Number(last);
}
