import { type Downtime, type Figure, isMissing, type Measurement, type TotalTime } from "../sdk/measurement";
import { downtimeOf, icmpDowntimeOf } from "./downtime";
import { guestClockOf } from "./guest-clock";
import { phasesOf } from "./phases";
import { rounded } from "./quantile";
import { type MoveRecord, recordOf } from "./record";
import { neighbourOf, serviceOf } from "./service";
import { diskWritesOf, memoryWritesOf } from "./writing";

/** The three figures of a move, by its samples alone: anyone can compute them again. */
export function measure(text: string, samplesFile: string | undefined): Measurement {
  const record = recordOf(text);
  const { about, libvirt, clocks, spoiltLines } = record;
  const downtime = downtimeOf(record);
  const told = <T>(value: number | undefined, figure: (value: number) => T): Figure<T> =>
    value === undefined || value < 0 ? { missing: "libvirt does not tell it" } : figure(value);
  return {
    observer: about.observer,
    intervalMs: about.interval,
    downtime,
    icmpDowntime: icmpDowntimeOf(record),
    total: totalOf(record, downtime),
    phases: phasesOf(record, downtime),
    service: serviceOf(record),
    neighbour: neighbourOf(record),
    memoryWrites: memoryWritesOf(record),
    diskWrites: diskWritesOf(record),
    guestClock: guestClockOf(record),
    libvirt: {
      downtimeMs: told(libvirt?.downtimeMs, (ms) => ({ ms })),
      jobTimeMs: told(libvirt?.jobTimeMs, (ms) => ({ ms })),
      dataMovedMiB: told(libvirt?.dataMovedMiB, (mebibytes) => ({ mebibytes })),
    },
    forecast: record.forecast,
    clocks: clocks
      ? { uncertaintyMs: rounded(clocks.uncertaintyMs) }
      : { missing: about.blind ?? "the observer answered no line" },
    samples:
      samplesFile === undefined
        ? { missing: "not kept (measure.file is not set)" }
        : { file: samplesFile, spoiltLines },
  };
}

/** From the command until the first answer after the switch-over; without a probe, until the proofs' connection brought one. */
function totalOf({ marks, clocks, about }: MoveRecord, downtime: Figure<Downtime>): Figure<TotalTime> {
  if (!isMissing(downtime)) {
    const uncertaintyMs = rounded(about.interval + (clocks?.uncertaintyMs ?? 0));
    return { ms: downtime.gapToMs, uncertaintyMs, seenBy: "probe" };
  }
  const [command, answered] = [marks.get("command"), marks.get("answered")];
  if (command === undefined) return { missing: "the move never began" };
  if (answered === undefined) return { missing: "no answer of the guest's was seen after the move" };
  return { ms: rounded(answered - command), seenBy: "connection" };
}
