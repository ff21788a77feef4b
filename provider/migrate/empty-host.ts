import { LabError } from "../../errors/lab-error";
import { domainName } from "../host/domain-name";
import type { DrainInputs } from "../resources/inputs";
import type { Operation } from "../resources/resource";
import type { DrainedGuest } from "../sdk/drain";
import { remember, seenNow, unknownGuests, wantedOn } from "./drained-guests";
import { type HostLoad, lookAtLoads } from "./host-load";
import { moveAll, type Targets } from "./move-all";
import type { Failure } from "./not-all-moved";

/** What an attempt to empty a host came to. */
export interface Emptied {
  /** Everything that was moved off it, this time and before. */
  readonly moved: readonly DrainedGuest[];
  readonly failures: readonly Failure[];
}

/**
 * Moves the guests off a host that shall leave it. What fails with one guest is in `failures`.
 *
 * @throws LabError KVM-401 to KVM-407 when a host cannot be reached, KVM-610 when its libvirt does not answer: then none is moved
 */
export async function emptyHost(
  inputs: DrainInputs,
  before: readonly DrainedGuest[],
  operation: Operation,
): Promise<Emptied> {
  const { host, hosts, to, guests: given } = inputs;
  operation.log.status(`looking for the guests of ${host}`);
  const loads = await lookAtLoads(hosts, (name) => (name === host ? "active" : "none"), operation);
  const wanted = loadOf(loads, host, given);
  const known = wanted.filter(({ name }) => domainName.safeParse(name).success);
  const strange = wanted.filter((guest) => !known.includes(guest));
  operation.log.say(`to leave ${host}: ${known.map(({ name }) => name).join(", ") || "no guest"}`);
  const targets: Targets =
    to === undefined
      ? { choice: "chosen", loads: loads.filter((load) => load.host !== host) }
      : { choice: "named", loads: loads.filter((load) => load.host === to) };
  const leaving = known.map((guest) => ({ ...guest, from: host }));
  const { placed, failures } = await moveAll(inputs, leaving, targets, operation);
  return {
    moved: remember(seenNow(before, loads), placed),
    failures: [
      ...unknownGuests(given, loads).map((guest) => ({ guest, error: nowhere(guest, loads) })),
      ...strange.map(({ name }) => ({ guest: JSON.stringify(name), error: misread(name, host) })),
      ...failures,
    ],
  };
}

function loadOf(loads: readonly HostLoad[], host: string, given: readonly string[] | undefined) {
  const load = loads.find((candidate) => candidate.host === host);
  return load === undefined ? [] : wantedOn(load, given);
}

function nowhere(guest: string, loads: readonly HostLoad[]): LabError {
  return new LabError({
    code: "KVM-601",
    host: loads.map(({ host }) => host).join(", "),
    expected: `a guest ${guest} on one of the hosts`,
    found: "none of that name or UUID",
    mend: "correct it in guests, or leave it out: virsh list --all --uuid --name",
  });
}

function misread(guest: string, host: string): LabError {
  return new LabError({
    code: "KVM-619",
    host,
    expected: "a name that virsh and a shell take for nothing but a name",
    found: JSON.stringify(guest),
    mend: `on ${host}, when it is shut off: virsh domrename; or move it by hand`,
  });
}
