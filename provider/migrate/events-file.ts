import { appendFile } from "node:fs/promises";
import type { CompletedJob, JobSample } from "../host/job-text";
import { percentOf, secondsLeft } from "./progress-line";

/** Each is one line of the file of events, except for `completed`: the file ends with virsh, and the hosts are asked for that afterwards. */
export type MigrationEvent = {
  readonly phase: "start" | "pre-copy" | "post-copy" | "intervention" | "aborting" | "end" | "completed";
  readonly percent?: number | undefined;
} & Readonly<Record<string, unknown>>;

interface About {
  readonly guest: string;
  readonly from: string;
  readonly to: string;
}

/**
 * Appends one line of JSON for each event of a move to a file on this machine, for programs to read. A file that cannot be
 * written never holds up a move: `complain` is told once.
 */
export class EventsFile {
  #writing: Promise<void> = Promise.resolve();
  #broken = false;

  constructor(
    readonly path: string | undefined,
    readonly about: About,
    readonly complain: (line: string) => void,
    /** Is told of each event, with or without a file. */
    readonly onEvent: (event: MigrationEvent) => void = () => {},
  ) {}

  add(event: MigrationEvent): void {
    this.onEvent(event);
    const { path } = this;
    if (path === undefined) return;
    const line = JSON.stringify({ time: new Date().toISOString(), ...this.about, ...event });
    this.#writing = this.#writing.then(async () => {
      if (this.#broken) return;
      await appendFile(path, `${line}\n`).catch((error: unknown) => {
        this.#broken = true;
        this.complain(`no events in ${path}: ${error instanceof Error ? error.message : String(error)}`);
      });
    });
  }

  /** Ends when all has been written. */
  flush(): Promise<void> {
    return this.#writing;
  }
}

/** A sample as an event. */
export function eventOf(sample: JobSample): MigrationEvent {
  const { postCopy, ...figures } = sample;
  return {
    phase: postCopy ? "post-copy" : "pre-copy",
    percent: percentOf(sample),
    secondsLeft: secondsLeft(sample),
    ...figures,
  };
}

/** The last that libvirt said of a job: what a job that was over before the first look is known by. */
export function lastEvent({ timeMs, bandwidthMiBps, dirtyMiBps, iteration }: CompletedJob): MigrationEvent {
  return { phase: "completed", elapsedMs: timeMs, remainingMiB: 0, bandwidthMiBps, dirtyMiBps, iteration };
}
