import { mebibytes, milliseconds, parseFields } from "./virsh-text";

/** What libvirt says of a move while it goes on (`virsh domjobinfo`). What it does not say yet is undefined. */
export interface JobSample {
  /** Since the job began, in ms, on the source's own clock. */
  readonly elapsedMs: number;
  readonly totalMiB: number;
  readonly processedMiB: number;
  readonly remainingMiB: number;
  readonly bandwidthMiBps: number | undefined;
  /** How fast the guest writes to pages that are to be sent again. Known after the first pass. */
  readonly dirtyMiBps: number | undefined;
  /** Passes over the memory so far, this one included. */
  readonly iteration: number | undefined;
  readonly expectedDowntimeMs: number | undefined;
  /** How much the guest's processors are held back, in per cent, by auto-converge. */
  readonly throttlePercent: number | undefined;
  /** Whether pages have been asked for from the target: the guest runs there. */
  readonly postCopy: boolean;
}

/** Reads one answer of `domjobinfo`; undefined when no move goes on, or its figures are not there yet. */
export function parseJobSample(text: string): JobSample | undefined {
  const fields = parseFields(text);
  const type = fields.get("Job type");
  if (type !== "Bounded" && type !== "Unbounded") return undefined;
  const operation = fields.get("Operation");
  if (operation !== undefined && operation !== "Outgoing migration") return undefined;
  const elapsedMs = milliseconds(fields.get("Time elapsed"));
  const totalMiB = mebibytes(fields.get("Data total"));
  const processedMiB = mebibytes(fields.get("Data processed"));
  const remainingMiB = mebibytes(fields.get("Data remaining"));
  if (elapsedMs === undefined || processedMiB === undefined || remainingMiB === undefined) return undefined;
  if (totalMiB === undefined || totalMiB === 0) return undefined;
  return {
    elapsedMs,
    totalMiB,
    processedMiB,
    remainingMiB,
    ...ratesOf(fields),
    expectedDowntimeMs: milliseconds(fields.get("Expected downtime")),
    throttlePercent: count(fields.get("Auto converge throttle")),
    postCopy: (count(fields.get("Postcopy requests")) ?? 0) > 0,
  };
}

/** What `domjobinfo` says of a job that goes on now: its kind, `Unbounded` for a move; undefined when there is none. */
export function parseRunningJob(text: string): string | undefined {
  const type = parseFields(text).get("Job type");
  return type === undefined || ["None", "Completed", "Failed", "Cancelled"].includes(type) ? undefined : type;
}

/** Whether a job that goes on moves the guest away. libvirt before 3.3 does not tell; a job without bounds is a move there. */
export function isOutgoing(text: string): boolean {
  const type = parseRunningJob(text);
  if (type === undefined) return false;
  const operation = parseFields(text).get("Operation");
  return operation === undefined ? type === "Unbounded" : operation === "Outgoing migration";
}

/** What libvirt says of a move that has ended (`domjobinfo --completed`). What it does not say is undefined. */
export interface CompletedJob {
  /** Whether the guest came to the host that was asked, or left it. */
  readonly direction: "incoming" | "outgoing" | undefined;
  readonly timeMs: number;
  readonly downtimeMs: number;
  readonly dataMovedMiB: number;
  readonly bandwidthMiBps: number | undefined;
  /** How fast the guest wrote in the last pass that this was counted in. */
  readonly dirtyMiBps: number | undefined;
  /** Passes over the memory in all. */
  readonly iteration: number | undefined;
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
  return { direction, timeMs, downtimeMs, dataMovedMiB, ...ratesOf(fields) };
}

/**
 * Reads what `virsh event --event job-completed` prints on the source when a move has ended; undefined when it told of none.
 * The figures have no units there: ms, bytes, and bytes a second.
 */
export function parseCompletedEvent(text: string): CompletedJob | undefined {
  const told = /event 'job-completed'.*\n((?:\t.*\n?)+)/.exec(text)?.[1];
  const fields = new Map(
    [...(told ?? "").matchAll(/^\t(\w+): (\d+)$/gm)].map(([, key, value]) => [key, Number(value)]),
  );
  const [timeMs, downtimeMs] = [fields.get("time_elapsed"), fields.get("downtime")];
  const dataMovedMiB = inMiB(fields.get("data_processed"));
  if (timeMs === undefined || downtimeMs === undefined || dataMovedMiB === undefined) return undefined;
  return {
    direction: "outgoing",
    timeMs,
    downtimeMs,
    dataMovedMiB,
    bandwidthMiBps: inMiB(fields.get("memory_bps")),
    dirtyMiBps: inMiB(pagesTimes(fields.get("memory_dirty_rate"), fields.get("memory_page_size"))),
    iteration: fields.get("memory_iteration"),
  };
}

/** What is told of a job that goes on, and of one that has ended. */
function ratesOf(fields: ReadonlyMap<string, string>) {
  // libvirt tells the rate in pages, and how long a page is.
  const dirty = pagesTimes(count(fields.get("Dirty rate")), count(fields.get("Page size")));
  return {
    bandwidthMiBps: mebibytes(fields.get("Memory bandwidth")?.replace(/\/s$/, "")),
    dirtyMiBps: inMiB(dirty),
    iteration: count(fields.get("Iteration")),
  };
}

function count(text: string | undefined): number | undefined {
  const digits = /^\d+/.exec(text ?? "")?.[0];
  return digits === undefined ? undefined : Number(digits);
}

function pagesTimes(pages: number | undefined, bytes: number | undefined): number | undefined {
  return pages === undefined || bytes === undefined ? undefined : pages * bytes;
}

function inMiB(bytes: number | undefined): number | undefined {
  return bytes === undefined ? undefined : mebibytes(`${bytes} bytes`);
}
