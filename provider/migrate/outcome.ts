import { type DomainOnHost, type Presence, presenceOf } from "../host/domain-on-host";

/**
 * What became of a move, as both hosts show it; no exit code decides this. Nothing is ever started, resumed or destroyed
 * because of it: libvirt itself resumes the copy that is to go on, and where it did not, only a person can say which one is right.
 */
export type Outcome =
  /** The guest runs on the target, and no other copy has its memory. */
  | "arrived"
  /** The guest stands still on the target, and no other copy has its memory. */
  | "arrived-paused"
  /** The guest still runs where it was. */
  | "stayed"
  /** The guest stands still where it was. */
  | "stayed-paused"
  /** libvirt holds both copies, one of them at least standing still: it is at it, or just cleaning up. */
  | "under-way"
  /** Both hosts run it. */
  | "two-copies"
  /** Neither host has a copy with its memory. */
  | "not-running";

/** The whole table: what the source shows, then what the target shows. */
export const outcomes: Readonly<Record<Presence, Readonly<Record<Presence, Outcome>>>> = {
  running: { running: "two-copies", paused: "under-way", off: "stayed", absent: "stayed" },
  paused: { running: "under-way", paused: "under-way", off: "stayed-paused", absent: "stayed-paused" },
  off: { running: "arrived", paused: "arrived-paused", off: "not-running", absent: "not-running" },
  absent: { running: "arrived", paused: "arrived-paused", off: "not-running", absent: "not-running" },
};

export function outcomeOf(source: DomainOnHost, target: DomainOnHost): Outcome {
  return outcomes[presenceOf(source.domain)][presenceOf(target.domain)];
}
