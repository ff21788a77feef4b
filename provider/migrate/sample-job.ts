import type { Clock } from "../host/clock";
import type { HostConnection } from "../host/host-connection";
import type { HostPool } from "../host/host-pool";

export interface SampledJob {
  readonly uuid: string;
  /** The source. */
  readonly from: HostConnection;
  readonly options: { readonly progressSeconds: number };
}

export interface SampleContext {
  readonly pool: HostPool;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** What virsh on the source says, with its errors: that there is no such guest any more is an answer, too. */
export interface JobAnswer {
  /** `domjobinfo` */
  readonly job: string;
  /** `domstate --reason` */
  readonly state: string;
}

/** It answers from libvirtd's memory. */
const askMs = 30_000;

/**
 * Asks the source's virsh again and again what it says of the guest's job, by the virsh that has looked at the host before: to start another
 * one would take the guest's own time.
 *
 * @param take is given each answer; true ends it
 * @throws the signal's reason when it aborts; ProviderError when the source cannot be asked
 */
export async function sampleJob(
  { uuid, from, options }: SampledJob,
  { pool, clock, signal }: SampleContext,
  take: (answer: JobAnswer) => boolean,
): Promise<void> {
  const commands = [`domjobinfo ${uuid}`, `domstate ${uuid} --reason`];
  for (;;) {
    const answers = await pool.virsh(from, commands, { timeoutMs: askMs, signal });
    const [job, state] = answers.map(({ out, err }) => `${err}${out}`);
    if (take({ job: job ?? "", state: state ?? "" })) return;
    await clock.sleep(options.progressSeconds * 1000, signal);
  }
}
