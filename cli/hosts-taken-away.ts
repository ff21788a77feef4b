import { type GuestView, viewOf } from "kvmlab-provider/host/guest-view";
import { HostPool } from "kvmlab-provider/host/host-pool";
import { LabError } from "../errors/lab-error";
import type { Topology } from "../stacks/topology/topology";
import { knownLab, kvmHosts } from "./access";
import { placing } from "./guest-settings";
import { inspectionSignal } from "./inspection-signal";
import type { LabStack } from "./lab-stack";
import { resourcesOfState } from "./resources-of-state";

const inspectionLimitMs = 60_000;
/** Of what a bare lab has none. */
const setUpTypes = new Set(["kvm-migration-lab:index:KvmHost", "kvm-migration-lab:index:LabGuest"]);

/**
 * Looks whether a host that the stack's file has no more has the guest: it would end with that host, and be made a second time elsewhere. The
 * hosts of a lab that is up change at the end of their list only: another order gives them other addresses, and so makes them again.
 *
 * @param state what the engine has made, to the end or not (`pulumi stack export`)
 * @throws LabError KVM-926 when it has the guest, or does not answer; KVM-928 when the list has another order; KVM-929
 *   when the storage is of another kind; KVM-950 when something of the lab is set up and it is to be bare; KVM-960 when a
 *   bare lab is to be ready whose storage is not taken over
 */
export async function refuseToLoseGuest(
  stack: LabStack,
  { servers, storage }: Topology,
  start: "ready" | "bare",
  state: string,
): Promise<void> {
  if (start === "bare" && resourcesOfState(state).some(({ type }) => setUpTypes.has(type)))
    throw notBareAgain(stack);
  const { hosts, outputs } = await knownLab(stack).catch(() => ({ hosts: [], outputs: undefined }));
  if (outputs === undefined) return;
  if (outputs.share.kind !== storage.kind) throw otherStorage(stack, outputs.share.kind, storage.kind);
  if (outputs.start === "bare" && start === "ready" && storage.kind !== "nfs")
    throw storageByHand(stack, storage.kind);
  // A run that failed since may know of more, and of fewer.
  const more = hosts.filter(({ name }) => !outputs.hosts.some((host) => host.name === name));
  const known = kvmHosts([...outputs.hosts, ...more]);
  const wanted = servers.filter(({ part }) => part === "host").map(({ name }) => name);
  if (known.some(({ name }, index) => index < wanted.length && wanted[index] !== name))
    throw otherOrder(
      stack,
      known.map(({ name }) => name),
      wanted,
    );
  const taken = known.slice(wanted.length);
  if (taken.length === 0) return;
  const pool = new HostPool();
  try {
    const context = { pool, signal: inspectionSignal(inspectionLimitMs) };
    const having = await Promise.all(
      outputs.guests.map(async ({ guest: { name } }) =>
        hostsWith(name, await viewOf(known, { guest: name }, context)),
      ),
    );
    const [first] = having.flat().filter(({ host }) => taken.some(({ name }) => name === host));
    if (first === undefined) return;
    const stays = known.find((host) => !taken.includes(host))?.name ?? "";
    const before = known.map(({ name }) => name).join(",");
    throw new LabError({
      code: "KVM-926",
      host: first.host,
      expected: `${first.host}, which is taken from hosts, not to have the guest ${first.guest}`,
      found: first.what,
      fix: `move it first: ./lab up ${stack.name} -c hosts=${before} -c ${placing(stack, first.guest, stays)}; then the same command again`,
    });
  } finally {
    pool.close();
  }
}

/** The hosts that have a guest, or may have it: whoever does not answer. */
function hostsWith(guest: string, { seen, silent }: GuestView) {
  return [
    ...seen.flatMap(({ host, domain }) =>
      domain ? [{ guest, host, what: `it is ${domain.state} there` }] : [],
    ),
    ...silent.map(({ host }) => ({ guest, host, what: "it does not answer" })),
  ];
}

/** The guest's disk lies on the storage: with another one it would be another guest. */
function otherStorage(stack: LabStack, known: string, wanted: string): LabError {
  return new LabError({
    code: "KVM-929",
    expected: `storage: ${known}, as the lab ${stack.name} was built`,
    found: `storage: ${wanted}`,
    fix: `./lab down ${stack.name} first: the guest's disk goes with it; or set storage: ${known}`,
  });
}

/** The engine would remove the guest, and leave all else as it is. */
function notBareAgain(stack: LabStack): LabError {
  return new LabError({
    code: "KVM-950",
    expected: `start: ready, because the lab ${stack.name} is set up`,
    found: "start: bare",
    fix: `./lab up ${stack.name} -c start=ready; for a bare lab: ./lab down ${stack.name} first`,
  });
}

/** A disk of the lab's would be written over the one that somebody made, or a second pool made beside theirs. */
function storageByHand(stack: LabStack, kind: string): LabError {
  return new LabError({
    code: "KVM-960",
    expected: `start: bare, because the lab ${stack.name} has storage: ${kind}, set up by hand or not yet`,
    found: "start: ready",
    fix: `leave it bare; for a lab that is set up: ./lab down ${stack.name}, then ./lab up ${stack.name} -c start=ready`,
  });
}

function otherOrder(stack: LabStack, known: readonly string[], wanted: readonly string[]): LabError {
  return new LabError({
    code: "KVM-928",
    expected: `hosts of the lab ${stack.name} to begin with ${known.join(", ")}, as they were built, or with the first of these`,
    found: wanted.join(", "),
    fix: `add and take away hosts at the end of the list; or ./lab down ${stack.name} first`,
  });
}
