import type { JobSample } from "../host/job-text";

/** How much is done, as virsh counts it: what is left of all there is. Never 100 before the end. */
export function percentOf({ remainingMiB, totalMiB }: JobSample): number {
  return Math.min(99, Math.max(0, Math.floor(100 - (100 * remainingMiB) / totalMiB)));
}

/** In how many seconds the copy will be done if nothing changes; undefined when the guest writes as fast as it is copied. */
export function secondsLeft({ remainingMiB, bandwidthMiBps, dirtyMiBps }: JobSample): number | undefined {
  const gaining = (bandwidthMiBps ?? 0) - (dirtyMiBps ?? 0);
  return gaining > 0 ? Math.ceil(remainingMiB / gaining) : undefined;
}

/** `migrating guest to target: 42%, 51.2 of 128 MiB left, 12.3 MiB/s, dirty 3.1 MiB/s, iteration 2, about 4 s` */
export function progressLine(guest: string, to: string, sample: JobSample): string {
  const { remainingMiB, totalMiB, bandwidthMiBps, dirtyMiBps, iteration, throttlePercent, postCopy } = sample;
  const seconds = secondsLeft(sample);
  const parts = [
    `${percentOf(sample)}%`,
    `${shown(remainingMiB)} of ${shown(totalMiB)} MiB left`,
    bandwidthMiBps === undefined ? undefined : `${shown(bandwidthMiBps)} MiB/s`,
    dirtyMiBps === undefined ? undefined : `dirty ${shown(dirtyMiBps)} MiB/s`,
    iteration === undefined ? undefined : `iteration ${iteration}`,
    throttlePercent === undefined ? undefined : `slowed down by ${throttlePercent}%`,
    postCopy ? `runs on ${to}` : undefined,
    seconds === undefined ? undefined : `about ${seconds} s`,
  ];
  return `migrating ${guest} to ${to}: ${parts.filter((part) => part !== undefined).join(", ")}`;
}

function shown(figure: number): string {
  return String(Math.round(figure * 10) / 10);
}
