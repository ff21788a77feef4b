import { parseJobSample } from "../host/job-text";
import { follow, type Progress, stalledMs } from "./converge";
import { followJob } from "./follow-job";
import type { MigrationContext, Move } from "./run-migration";
import type { JobAnswer } from "./sample-job";

/**
 * How long nothing may be carried after the switch. TCP tries a connection again every two minutes at most: who was cut off for a while
 * is heard again by then.
 */
const stallLimitMs = 130_000;

/** Follows post-copies after the switch, look by look, and knows when nothing is carried any more: both QEMUs would wait for 15 minutes. */
export class SwitchedFollower {
  #progress: Progress | undefined;

  constructor(
    readonly task: Move,
    readonly context: Pick<MigrationContext, "pool" | "clock"> & { readonly limitMs: number },
  ) {}

  /** For how long nothing was carried, in ms, where that is too long; else undefined. */
  get stalledMs(): number | undefined {
    const ms = this.#progress === undefined ? 0 : stalledMs(this.#progress);
    return ms >= stallLimitMs ? ms : undefined;
  }

  /** Until the source has no job any more that could come to its end, or nothing is carried. */
  async follow(): Promise<void> {
    const stalled = new AbortController();
    const onSampled = ({ job }: JobAnswer) => {
      const sample = parseJobSample(job);
      if (sample !== undefined) this.#progress = follow(this.#progress, sample);
      if (this.stalledMs !== undefined) stalled.abort();
    };
    await followJob(this.task, { ...this.context, gaveUp: stalled.signal, onSampled });
  }
}
