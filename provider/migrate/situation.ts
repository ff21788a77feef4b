import { type DomainOnHost, presenceOf } from "../host/domain-on-host";
import type { GuestView } from "../host/guest-view";

/*
 * The one table of what a guest can be found as, over any number of hosts. `up`, `refresh`, `preflight` and `status` all ask it, so
 * that they never contradict each other. Pure: it decides on one look, starts nothing and destroys nothing.
 */

/** What one host has of the guest. */
export type Copy =
  | "absent"
  /** Defined only. */
  | "off"
  /** Runs, with all of its memory. */
  | "running"
  /** Has its memory and a hand on its disk, and stands still. */
  | "paused"
  /** Being filled by a pre-copy: paused, reason `migrating`, and no job of its own. */
  | "incoming"
  /** Has handed over to the target, and keeps what was not fetched yet: paused, reason `post-copy`. */
  | "post-copy source"
  /** Runs without all of its memory: running, reason `post-copy`. */
  | "post-copy target"
  /** The same two after the connection broke: reason `post-copy failed`. A half each, never a copy. */
  | "broken source"
  | "broken target";

export function copyOf({ domain }: DomainOnHost): Copy {
  const presence = presenceOf(domain);
  if (domain === undefined || presence === "absent") return "absent";
  if (presence === "off") return "off";
  const { reason, outgoing = false } = domain;
  if (reason === "post-copy failed") return presence === "running" ? "broken target" : "broken source";
  if (reason === "post-copy") return presence === "running" ? "post-copy target" : "post-copy source";
  if (presence === "paused") return reason === "migrating" && !outgoing ? "incoming" : "paused";
  return "running";
}

/** Where the guest is, by what all hosts show. Names of hosts everywhere. */
export type Situation =
  /** No host has it. */
  | { readonly kind: "absent" }
  /** It is defined, and runs nowhere. */
  | { readonly kind: "off"; readonly on: readonly string[] }
  /** It runs on one host, whole; `job`: libvirt does something else with it there. */
  | { readonly kind: "running"; readonly on: string; readonly job: boolean }
  /** Its only copy stands still. */
  | { readonly kind: "paused"; readonly on: string; readonly why: string; readonly job: boolean }
  /** libvirt moves it; `to` is not known until the target shows its side. */
  | {
      readonly kind: "moving";
      readonly from: string;
      readonly to: string | undefined;
      readonly switched: boolean;
    }
  /** A post-copy broke, and the target has all of the memory all the same: the source's half is of no use any more. */
  | { readonly kind: "post-copy complete"; readonly from: string; readonly to: string }
  /** A post-copy broke, and each host has a part of the memory. */
  | { readonly kind: "post-copy broken"; readonly from: string; readonly to: string }
  /** One half of a post-copy, and no host has the other: the running state is lost. */
  | { readonly kind: "half lost"; readonly on: string; readonly half: "source" | "target" }
  /** One runs, another stands still, and no move accounts for it: libvirt begins, or cleans up, or was stopped at it. */
  | {
      readonly kind: "second copy";
      readonly running: string | undefined;
      readonly standing: readonly string[];
    }
  /** Two whole copies run. */
  | { readonly kind: "two copies"; readonly on: readonly string[] }
  /** What is seen does not say it, because these hosts do not answer. */
  | { readonly kind: "unknown"; readonly silent: readonly string[] };

export function situationOf({ seen, silent }: Pick<GuestView, "seen" | "silent">): Situation {
  const at = (...copies: readonly Copy[]) => seen.filter((one) => copies.includes(copyOf(one)));
  const unknown: Situation = { kind: "unknown", silent: silent.map(({ host }) => host) };
  const running = at("running");
  const paused = at("paused");
  const outgoing = [...running, ...paused].filter(({ domain }) => domain?.outgoing);
  if (at("broken source", "broken target", "post-copy source", "post-copy target").length > 0)
    return afterSwitch(at, unknown);
  // Two looks are never made in the same instant: the source may still have shown its side of a move that the target shows the end of.
  const [source] = outgoing;
  if (source !== undefined) {
    const target = [...at("incoming"), ...running].find(({ host }) => host !== source.host);
    return { kind: "moving", from: source.host, to: target?.host, switched: false };
  }
  if (running.length > 1) return { kind: "two copies", on: running.map(({ host }) => host) };
  const standing = [...paused, ...at("incoming")];
  const [runs] = running;
  const [stands, ...more] = standing;
  if (runs !== undefined) {
    if (stands === undefined) return { kind: "running", on: runs.host, job: hasJob(runs) };
    return { kind: "second copy", running: runs.host, standing: standing.map(({ host }) => host) };
  }
  if (stands !== undefined) {
    if (more.length > 0)
      return { kind: "second copy", running: undefined, standing: standing.map(({ host }) => host) };
    // Nobody is seen to fill it: that may be the host that does not answer, or libvirt has yet to clean up.
    if (copyOf(stands) === "incoming")
      return silent.length > 0
        ? unknown
        : { kind: "second copy", running: undefined, standing: [stands.host] };
    return { kind: "paused", on: stands.host, why: stands.domain?.reason ?? "", job: hasJob(stands) };
  }
  if (silent.length > 0) return unknown;
  const off = at("off");
  return off.length > 0 ? { kind: "off", on: off.map(({ host }) => host) } : { kind: "absent" };
}

/** The rows of a post-copy after the switch. */
function afterSwitch(
  at: (...copies: readonly Copy[]) => readonly DomainOnHost[],
  unknown: Situation,
): Situation {
  const [whole, second] = at("running");
  if (whole && second) return { kind: "two copies", on: [whole.host, second.host] };
  const [brokenSource] = at("broken source");
  const [brokenTarget] = at("broken target");
  const [livingSource] = at("post-copy source");
  const [livingTarget] = at("post-copy target");
  const from = livingSource ?? brokenSource;
  const to = livingTarget ?? brokenTarget;
  // The source was looked at just before the switch, the target just after it.
  if (whole?.domain?.outgoing && to) return { kind: "moving", from: whole.host, to: to.host, switched: true };
  // Both write to the disk.
  if (whole && to) return { kind: "two copies", on: [whole.host, to.host] };
  if (from && whole) {
    // The source lets go of its half when the target has told it; until then its job goes on.
    if (livingSource?.domain?.outgoing)
      return { kind: "moving", from: from.host, to: whole.host, switched: true };
    return { kind: "post-copy complete", from: from.host, to: whole.host };
  }
  if (from && to) {
    // While one side still is at it, the break is not known to both.
    if (livingSource || livingTarget) return { kind: "moving", from: from.host, to: to.host, switched: true };
    return { kind: "post-copy broken", from: from.host, to: to.host };
  }
  // A target that stands still (an I/O error, virsh suspend) does not say whether it has all of the memory.
  const [stands] = at("paused").filter(({ domain }) => domain?.state !== "crashed");
  if (stands && livingSource?.domain?.outgoing)
    return { kind: "moving", from: livingSource.host, to: stands.host, switched: true };
  if (stands) return { kind: "second copy", running: undefined, standing: [stands.host] };
  if (unknown.kind === "unknown" && unknown.silent.length > 0) return unknown;
  if (livingSource?.domain?.outgoing)
    return { kind: "moving", from: livingSource.host, to: undefined, switched: true };
  if (from) return { kind: "half lost", on: from.host, half: "source" };
  return { kind: "half lost", on: to?.host ?? "", half: "target" };
}

function hasJob({ domain }: DomainOnHost): boolean {
  return domain?.runningJob !== undefined;
}
