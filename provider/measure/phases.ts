import type { Downtime, Figure, Phase, PhaseName } from "../sdk/measurement";
import { isMissing } from "../sdk/measurement";
import { rounded } from "./quantile";
import { jobBegan, type MoveRecord } from "./record";

type Moment = Figure<{ readonly at: number }>;

/**
 * A move's time, split: what the hosts did before it, the copy as libvirt tells of it, the switch-over as the observer saw
 * it, and what came after. Times are counted from the start of the command. Where one phase becomes another is known as
 * exactly as somebody looked: libvirt every few seconds, the observer at every interval.
 */
export function phasesOf(record: MoveRecord, downtime: Figure<Downtime>): Phase[] {
  const command = record.marks.get("command");
  const moment = (name: Parameters<typeof record.marks.get>[0]): Moment => {
    const at = record.marks.get(name);
    return at === undefined ? { missing: `it did not come to ${name}` } : { at: at - (command ?? at) };
  };
  const start: Moment = command === undefined ? { missing: "the move never began" } : { at: 0 };
  const copying = copyOf(record, command ?? 0);
  const stopped: Moment = isMissing(downtime) ? downtime : { at: downtime.gapFromMs };
  const answered: Moment = isMissing(downtime) ? downtime : { at: downtime.gapToMs };
  const running = resumed(record, downtime);
  const virshEnded = moment("virsh-ended");
  // A look that shows a second pass may come after the switch-over already.
  const iterating = earlier(copying.iterating, stopped);
  return [
    span("preflight", moment("begin"), moment("preflighted")),
    span("baseline", moment("preflighted"), start),
    span("connect", start, copying.begun),
    span("first-copy", copying.begun, iterating),
    span("iterations", isMissing(copying.iterating) ? copying.iterating : iterating, stopped),
    span("switch-over", stopped, running),
    span("first-answer", running, answered),
    span("ending", answered, virshEnded),
    span("proofs", later(answered, virshEnded), moment("proved")),
    span("after", moment("proved"), moment("end")),
  ];
}

/** When libvirt began to copy, and when it was first seen to send again what had been written meanwhile. */
function copyOf({ events }: MoveRecord, command: number): { begun: Moment; iterating: Moment } {
  const none = { missing: "libvirt's figures were not seen: the job was over before the first look" };
  const begun = jobBegan(events);
  if (begun === undefined) return { begun: none, iterating: none };
  const second = events.find(({ iteration }) => (iteration ?? 1) > 1);
  return {
    begun: { at: Math.max(0, begun - command) },
    iterating: second
      ? { at: second.at - command }
      : { missing: "no second pass over the memory was seen between two looks" },
  };
}

/**
 * libvirt tells for how long the guest ran nowhere, the observer when it fell silent: together, when it ran again. What is
 * left of the gap is the network's and the guest's way to its first answer.
 */
function resumed({ libvirt }: MoveRecord, downtime: Figure<Downtime>): Moment {
  if (isMissing(downtime)) return downtime;
  if (libvirt === undefined || libvirt.downtimeMs < 0) return { missing: "libvirt tells no downtime" };
  return { at: Math.min(downtime.gapToMs, downtime.gapFromMs + libvirt.downtimeMs) };
}

function earlier(one: Moment, other: Moment): Moment {
  if (isMissing(other)) return one;
  return isMissing(one) ? other : { at: Math.min(one.at, other.at) };
}

function later(one: Moment, other: Moment): Moment {
  if (isMissing(other)) return other;
  return isMissing(one) ? other : { at: Math.max(one.at, other.at) };
}

function span(phase: PhaseName, from: Moment, to: Moment): Phase {
  if (isMissing(from)) return { phase, missing: from.missing };
  if (isMissing(to)) return { phase, missing: to.missing };
  return { phase, fromMs: rounded(from.at), toMs: rounded(Math.max(from.at, to.at)) };
}
