import { type DomainOnHost, isActive } from "../host/domain-on-host";

/** What became of a move, as both hosts show it; no exit code decides this. */
export type Outcome =
  /** The guest runs on the target, and nowhere else. */
  | "arrived"
  /** The guest still runs where it was. */
  | "stayed"
  /** Both hosts have an active copy. */
  | "two-copies"
  /** Neither host has an active copy. */
  | "not-running";

/**
 * The whole table, by whether source and target have an active copy:
 *
 * | source | target | outcome |
 * | --- | --- | --- |
 * | no | yes | arrived |
 * | yes | no | stayed |
 * | yes | yes | two-copies: libvirt keeps one of them paused while it moves; nothing is started or stopped by us |
 * | no | no | not-running: the guest ended meanwhile, or crashed |
 */
export function outcomeOf(source: DomainOnHost, target: DomainOnHost): Outcome {
  const onSource = isActive(source.domain?.state);
  const onTarget = isActive(target.domain?.state);
  if (onSource && onTarget) return "two-copies";
  if (onTarget) return "arrived";
  return onSource ? "stayed" : "not-running";
}
