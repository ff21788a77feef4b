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
    bandwidthMiBps: mebibytes(fields.get("Memory bandwidth")?.replace(/\/s$/, "")),
    dirtyMiBps: dirtyRate(fields),
    iteration: count(fields.get("Iteration")),
    expectedDowntimeMs: milliseconds(fields.get("Expected downtime")),
    throttlePercent: count(fields.get("Auto converge throttle")),
    postCopy: (count(fields.get("Postcopy requests")) ?? 0) > 0,
  };
}

/** libvirt tells the rate in pages, and how long a page is. */
function dirtyRate(fields: ReadonlyMap<string, string>): number | undefined {
  const pages = count(fields.get("Dirty rate"));
  const bytes = count(fields.get("Page size"));
  return pages === undefined || bytes === undefined ? undefined : (pages * bytes) / 1_048_576;
}

function count(text: string | undefined): number | undefined {
  const digits = /^\d+/.exec(text ?? "")?.[0];
  return digits === undefined ? undefined : Number(digits);
}

/**
 * Cuts what one virsh says, asked again and again, into answers. An answer is whole when its blank line or the next
 * prompt has come; the pieces that arrive may end anywhere.
 */
export class JobStream {
  #text = "";

  /** The samples that this piece completes, oldest first. */
  add(piece: string): JobSample[] {
    this.#text += piece;
    const samples: JobSample[] = [];
    for (;;) {
      const start = this.#text.search(/^(?:virsh # )*Job type:/m);
      if (start < 0) return samples;
      const end = this.#text.slice(start).search(/\n[ \t]*\n|\nvirsh # /);
      if (end < 0) return samples;
      const answer = this.#text.slice(start, start + end).replace(/^(?:virsh # )+/, "");
      this.#text = this.#text.slice(start + end + 1);
      const sample = parseJobSample(answer);
      if (sample !== undefined) samples.push(sample);
    }
  }
}
