import { LabError } from "../../errors/lab-error";
import { type DomainOnHost, isActive } from "../host/domain-on-host";

/** What is to be done so that a guest runs where it shall. */
export type Decision =
  | { readonly action: "stay"; readonly on: string }
  | { readonly action: "move"; readonly from: string; readonly to: string };

/**
 * Decides from one look at every host. Nothing is moved that is not seen running on exactly one of them, and nothing
 * onto a host that has a guest of that name.
 *
 * @throws LabError KVM-601 nowhere, KVM-602 name taken on the target, KVM-603 two copies, KVM-604 not running
 */
export function decide(guest: string, to: string, seen: readonly DomainOnHost[]): Decision {
  const having = seen.filter(({ domain }) => domain !== undefined);
  const active = having.filter(({ domain }) => isActive(domain?.state));
  const [only] = active;
  if (active.length > 1) throw twoCopies(guest, active);
  if (having.length === 0) throw nowhere(guest, seen);
  if (only === undefined) throw notRunning(guest, having);
  if (only.host === to) return { action: "stay", on: to };
  if (only.domain?.state !== "running") throw notRunning(guest, [only]);
  const onTarget = having.find(({ host }) => host === to);
  if (onTarget) throw nameTaken(guest, onTarget);
  return { action: "move", from: only.host, to };
}

/** `guest running on source; not on target`: what was seen, for people. */
export function describeSeen(guest: string, seen: readonly DomainOnHost[]): string {
  return seen
    .map(({ host, domain }) => (domain ? `${guest} ${domain.state} on ${host}` : `no ${guest} on ${host}`))
    .join("; ");
}

function nowhere(guest: string, seen: readonly DomainOnHost[]): LabError {
  return new LabError({
    code: "KVM-601",
    host: seen.map(({ host }) => host).join(", "),
    expected: `a guest ${guest} on one of the hosts`,
    found: `none: ${seen.map(({ host, list }) => `${host} has ${list.map(({ name }) => name).join(", ") || "no guests"}`).join("; ")}`,
    mend: "correct the guest's name or the list of hosts, or define and start the guest: virsh list --all",
  });
}

function nameTaken(guest: string, { host, domain }: DomainOnHost): LabError {
  return new LabError({
    code: "KVM-602",
    host,
    expected: `no guest ${guest} on ${host}, where it shall be moved to`,
    found: `${guest} (${domain?.state}, UUID ${domain?.uuid})`,
    mend: `if it is not needed, on ${host}: virsh undefine ${guest}; else rename one of the two: virsh domrename`,
  });
}

function twoCopies(guest: string, active: readonly DomainOnHost[]): LabError {
  return new LabError({
    code: "KVM-603",
    host: active.map(({ host }) => host).join(", "),
    expected: `${guest} to run on one host only`,
    found: active.map(({ host, domain }) => `${domain?.state} on ${host} (UUID ${domain?.uuid})`).join("; "),
    mend: `stop the copy that is wrong, at once, before its disk suffers: virsh destroy ${guest} on that host`,
  });
}

function notRunning(guest: string, having: readonly DomainOnHost[]): LabError {
  return new LabError({
    code: "KVM-604",
    host: having.map(({ host }) => host).join(", "),
    expected: `${guest} to be running, to be moved live`,
    found: having.map(({ host, domain }) => `${domain?.state} on ${host}`).join("; "),
    mend: `start or resume it where it is: virsh start ${guest}, virsh resume ${guest}; or remove it: virsh undefine ${guest}`,
  });
}
