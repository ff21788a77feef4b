import { LabError } from "../../errors/lab-error";
import { calledBy, isUuid } from "../host/domain-name";
import { type DomainOnHost, isActive, presenceOf } from "../host/domain-on-host";
import { type MigrationOptions, mayPostCopy } from "./options";
import { lacksMemory } from "./outcome";

/** What is to be done so that a guest runs where it shall. */
export type Decision =
  | { readonly action: "stay"; readonly on: string }
  | {
      readonly action: "move";
      readonly from: string;
      readonly to: string;
      /** Not a new move: a post-copy is taken up again that broke. */
      readonly takeUp?: boolean;
    };

/**
 * Decides from one look at every host. Nothing is moved that is not seen on exactly one of them. Whether a move may be
 * made is for the rules of preflight/ to say.
 *
 * @throws LabError KVM-601 nowhere, KVM-603 two copies, KVM-604 not running, KVM-608 a move is under way, KVM-614 a
 *   post-copy broke that goes elsewhere
 */
export function decide(
  guest: string,
  to: string,
  seen: readonly DomainOnHost[],
  mode: MigrationOptions["mode"] = "live",
): Decision {
  if (seen.some(lacksMemory)) return takeUp(guest, to, seen, mode);
  const having = seen.filter(({ domain }) => domain !== undefined);
  const active = having.filter(({ domain }) => isActive(domain?.state));
  // A guest that is shut off is where its definition is; one that a move left behind does not count beside the target's.
  const still = mode === "offline" && active.length === 0 ? theDefined(to, having) : undefined;
  const source = active[0] ?? still;
  if (active.length > 1) throw severalCopies(guest, active);
  if (having.length === 0) throw nowhere(guest, seen);
  if (source === undefined) throw notRunning(guest, having);
  if (source.host === to) return { action: "stay", on: to };
  return { action: "move", from: source.host, to };
}

/** The halves of a broken post-copy become a whole again in one way only: the same move, taken up. */
function takeUp(
  guest: string,
  to: string,
  seen: readonly DomainOnHost[],
  mode: MigrationOptions["mode"],
): Decision {
  const [source, ...others] = seen.filter(({ domain }) => presenceOf(domain) === "paused");
  const target = seen.find(({ host, domain }) => host === to && presenceOf(domain) === "running");
  if (source !== undefined && others.length === 0 && target !== undefined && mayPostCopy({ mode }))
    return { action: "move", from: source.host, to, takeUp: true };
  const halves = seen.filter(lacksMemory);
  throw new LabError({
    code: "KVM-614",
    host: halves.map(({ host }) => host).join(", "),
    expected: `${guest} whole, with all of its memory on one host`,
    found: halves.map(({ host, domain }) => `${domain?.state} (${domain?.reason}) on ${host}`).join("; "),
    mend: "destroy neither copy. Ask for the host where it runs, with options.mode postCopy or hybrid: that takes the move up again (virsh migrate … --postcopy-resume)",
  });
}

/** The host whose definition counts; undefined when several could. */
function theDefined(to: string, having: readonly DomainOnHost[]): DomainOnHost | undefined {
  const off = having.filter(({ domain }) => presenceOf(domain) === "off");
  return off.find(({ host }) => host === to) ?? (off.length === 1 ? off[0] : undefined);
}

/** `guest running on source; no guest on target`: what was seen, for people. */
export function describeSeen(guest: string, seen: readonly DomainOnHost[]): string {
  return seen
    .map(({ host, domain }) =>
      domain ? `${calledBy(guest, domain.name)} ${domain.state} on ${host}` : `no ${guest} on ${host}`,
    )
    .join("; ");
}

function nowhere(guest: string, seen: readonly DomainOnHost[]): LabError {
  return new LabError({
    code: "KVM-601",
    host: seen.map(({ host }) => host).join(", "),
    expected: `a guest ${guest} on one of the hosts`,
    found: `none: ${seen.map(({ host, list }) => `${host} has ${list.map(({ name }) => name).join(", ") || "no guests"}`).join("; ")}`,
    mend: `correct the guest's ${isUuid(guest) ? "UUID" : "name"}, add the host that has it to the list of hosts, or define and start it: virsh list --all --uuid --name`,
  });
}

/** One runs and one stands still: libvirt is moving it. Two that run are the worst that can be. */
function severalCopies(guest: string, active: readonly DomainOnHost[]): LabError {
  const running = active.filter(({ domain }) => presenceOf(domain) === "running");
  const facts = {
    host: active.map(({ host }) => host).join(", "),
    found: active.map(({ host, domain }) => `${domain?.state} on ${host} (UUID ${domain?.uuid})`).join("; "),
  };
  if (running.length > 1) {
    return new LabError({
      code: "KVM-603",
      expected: `${guest} to run on one host only`,
      mend: `stop the copy that is wrong, at once, before its disk suffers: virsh destroy ${guest} on that host`,
      ...facts,
    });
  }
  return new LabError({
    code: "KVM-608",
    expected: `no move of ${guest} under way`,
    mend: `wait for its end (virsh domjobinfo ${guest} where it runs), then run the same command again; a paused copy that nothing moves any more: virsh destroy ${guest} on that host`,
    ...facts,
  });
}

function notRunning(guest: string, having: readonly DomainOnHost[]): LabError {
  return new LabError({
    code: "KVM-604",
    host: having.map(({ host }) => host).join(", "),
    expected: `${guest} to be running, to be moved live`,
    found: having.map(({ host, domain }) => `${domain?.state} on ${host}`).join("; "),
    mend: `start it where it is: virsh start ${guest}; or let the lab do it: ./lab up --refresh`,
  });
}
