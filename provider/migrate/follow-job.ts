import type { Clock } from "../host/clock";
import { connectSoon } from "../host/connect-soon";
import type { HostPool } from "../host/host-pool";
import { type JobAnswer, type SampledJob, sampleJob } from "./sample-job";

interface Context {
  readonly pool: HostPool;
  readonly clock: Clock;
  readonly limitMs: number;
  /** Aborted when the end is not waited for any more. */
  readonly gaveUp: AbortSignal;
  /** Is given all that virsh says of the job. */
  readonly onSampled: (answer: JobAnswer) => void;
}

/**
 * What virsh says when the source has no job on the guest any more, no such guest, or only its definition. A post-copy that broke keeps its job, as one that
 * goes on, for a recovery: nothing comes of it by itself.
 */
const noJob =
  /Job type:\s+(?:None|Completed|Failed|Cancelled)|failed to get domain|Domain not found|domain is not running|\(post-copy failed\)/;

/** Follows a job that libvirtd carries, without being needed for it. True: there is none any more; false: it could not be seen. */
export async function followJob(
  job: SampledJob,
  { pool, clock, limitMs, gaveUp, onSampled }: Context,
): Promise<boolean> {
  const end = new AbortController();
  const forget = clock.later(limitMs, () => end.abort(new Error("the job outlasts its limit")));
  const signal = AbortSignal.any([gaveUp, end.signal]);
  try {
    await connectSoon(pool, job.from, gaveUp);
    await sampleJob(job, { pool, clock, signal }, (answer) => {
      onSampled(answer);
      return noJob.test(`${answer.job}${answer.state}`);
    });
    return true;
  } catch {
    // It is not waited for any more, or the way to the source was lost.
    return false;
  } finally {
    forget();
  }
}
