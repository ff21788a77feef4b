import { type DomainOnHost, type Presence, presenceOf } from "../host/domain-on-host";

/**
 * What became of a move, as both hosts show it; no exit code decides this. Nothing is ever started or destroyed because of
 * it, and nothing resumed but the one copy of a guest that the move itself had suspended (see `mayResume`): libvirt
 * resumes the copy that is to go on, and where it did not, only a person can say which one is right.
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
  /** The guest was let go on the target before all of its memory was there, and the rest cannot come any more. */
  | "post-copy-failed"
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

/**
 * A state's reason comes first where it says that a half of the memory is on either side: such a guest may be called
 * running on the target, and has not arrived.
 */
export function outcomeOf(source: DomainOnHost, target: DomainOnHost): Outcome {
  if (lacksMemory(source) || lacksMemory(target)) return "post-copy-failed";
  return outcomes[presenceOf(source.domain)][presenceOf(target.domain)];
}

/** Whether a host has one of the two halves that a broken post-copy leaves. */
export function lacksMemory({ domain }: DomainOnHost): boolean {
  return domain?.reason === "post-copy failed";
}

/** What became of the move of a guest that is shut off: only its definition moved. */
export function offlineOutcomeOf(source: DomainOnHost, target: DomainOnHost): Outcome {
  const [here, there] = [presenceOf(source.domain), presenceOf(target.domain)];
  const active = outcomes[here][there];
  if (active !== "not-running") return active;
  if (there === "off") return "arrived";
  return here === "off" ? "stayed" : "not-running";
}

/** The reasons for which a guest stands still that a move gave it: `virsh suspend` is `user`. */
const ofTheMove: readonly (string | undefined)[] = ["migrating", "user"];

/**
 * Whether a guest that stands still on one host is to go on there: it ran before, the move suspended it, no other host has
 * its memory (the outcome says so), and nothing is at work on it.
 */
export function mayResume(outcome: Outcome, { domain }: DomainOnHost, suspendedByUs: boolean): boolean {
  if (outcome !== "stayed-paused" && outcome !== "arrived-paused") return false;
  return suspendedByUs && domain?.runningJob === undefined && ofTheMove.includes(domain?.reason);
}
