import { type DomainOnHost, isActive } from "kvmlab-provider/host/domain-on-host";
import type { GuestView } from "kvmlab-provider/host/guest-view";
import { describeSeen, stateOf } from "kvmlab-provider/migrate/plan-migration";
import { type Situation, situationOf } from "kvmlab-provider/migrate/situation";

/** Where a guest is now. */
export interface GuestStatus {
  readonly name: string;
  /** `target`; `nowhere`, or `not known` while a host is silent; more than one host is a disaster, and all of them are named. */
  readonly runningOn: string;
  /** Hosts that run it, or have its only copy. A half of a post-copy is no copy. */
  readonly copies: readonly string[];
  /** ISO 8601; empty when it is not known. */
  readonly since: string;
  /** libvirt's word for it, and why, where it does not run: `running`, `paused (I/O error)`; empty when it is nowhere. */
  readonly state: string;
  /** What there is to say where it does not simply run; empty where it does. */
  readonly situation: string;
}

/** Where the guest is, by what the hosts say; since when also by the last move, where the host does not know it. */
export function placeOf(
  guest: string,
  view: GuestView,
  since: readonly { readonly host: string; readonly since: string }[],
  lastMove?: { readonly runningOn: string; readonly migratedAt: string },
): Omit<GuestStatus, "name"> {
  const situation = situationOf(view);
  const copies = copiesIn(situation);
  const domainOn = (name: string): DomainOnHost["domain"] =>
    view.seen.find(({ host }) => host === name)?.domain;
  const state = copies.map((name) => domainOn(name)).flatMap((domain) => (domain ? [stateOf(domain)] : []));
  const runningOn = copies.join(", ") || (situation.kind === "unknown" ? "not known" : "nowhere");
  const moved = lastMove?.runningOn === runningOn ? lastMove.migratedAt : "";
  const [copy] = copies;
  const began = isActive(copy === undefined ? undefined : domainOn(copy)?.state)
    ? since.find(({ host }) => host === copy)?.since
    : "";
  return {
    runningOn,
    copies,
    since: began || moved,
    state: state.join(", "),
    situation: describeSituation(guest, situation, view),
  };
}

/** The hosts that have a copy: of a move, the one that runs it. */
function copiesIn(situation: Situation): readonly string[] {
  switch (situation.kind) {
    case "running":
    case "paused":
      return [situation.on];
    case "two copies":
      return situation.on;
    case "moving":
      return [situation.switched && situation.to !== undefined ? situation.to : situation.from];
    case "post-copy complete":
      return [situation.to];
    case "second copy":
      return situation.running === undefined ? situation.standing : [situation.running];
    default:
      return [];
  }
}

/** What a person must know of every situation but the plain ones, and the one command that leads out of it. */
function describeSituation(guest: string, situation: Situation, view: GuestView): string {
  const seen = describeSeen(guest, view);
  switch (situation.kind) {
    case "two copies":
      return `TWO COPIES RUN ON ONE DISK: stop the wrong one at once: virsh destroy ${view.guest} there (KVM-603)`;
    case "moving":
      return `it is being moved from ${situation.from} to ${situation.to ?? "another host"}${situation.switched ? ", and fetches the rest of its memory" : ""}: the hosts finish that by themselves; ./lab up follows it`;
    case "post-copy complete":
      return `it has all of its memory on ${situation.to}, and ${situation.from} keeps a half that nobody needs: ./lab up removes that (${seen})`;
    case "post-copy broken":
      return `a post-copy from ${situation.from} to ${situation.to} broke, and each host has a part of its memory: destroy neither; ./lab up recovers it (KVM-614; ${seen})`;
    case "half lost":
      return `half of its memory is lost with a host, and it starts from its disk: ./lab up (KVM-642; ${seen})`;
    case "second copy":
      return `libvirt is at work on it, or was stopped at it: ./lab up (KVM-608; ${seen})`;
    case "unknown":
      return `${seen}: whether it runs there is not known; ./lab up brings a server of the lab back (KVM-644)`;
    case "off":
      return `it is shut off on ${situation.on.join(", ")}: ./lab up starts it`;
    default:
      return "";
  }
}
