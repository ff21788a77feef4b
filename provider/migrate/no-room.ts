import { ProviderError } from "../errors/provider-error";
import { mebibytes } from "../preflight/facts/memory-size";
import { companies } from "./affinity";
import {
  type Candidate,
  type GuestToPlace,
  isAtOdds,
  type Plan,
  type PlanLimits,
  roomKiB,
  sumKiB,
} from "./plan-targets";

/** What there is to say of a plan that has no place for some guests. */
export function noRoom({ unplaced, left }: Plan, limits: PlanLimits): ProviderError {
  const needs = companies(unplaced).map(describeNeed);
  const { reserveKiB } = limits;
  const kept = reserveKiB > 0 ? ` on a host that keeps ${mebibytes(reserveKiB)} for itself` : "";
  return new ProviderError({
    code: "KVM-617",
    host: left.map(({ host }) => host).join(", "),
    expected: `room for ${unplaced.map(({ name }) => name).join(", ")}${kept}`,
    found: `${needs.join(", ")}; ${left.map((host) => describeRoom(host, unplaced, limits)).join("; ")}`,
    fix: `stop or move a guest there (virsh list), or add a host to hosts; where the guests do not use all of their memory: waive: ["KVM-633"]`,
  });
}

/** What guests that must be together, or a single one, need. */
function describeNeed(company: readonly GuestToPlace[]): string {
  const [one, ...others] = company;
  if (one !== undefined && others.length === 0)
    return `${one.name} needs ${mebibytes(one.need.neededKiB)}${one.need.hugePages ? " in huge pages" : ""}`;
  const names = company.map(({ name }) => name).join(" and ");
  const odds = isAtOdds(company) ? "; two of them must also be apart" : "";
  return `${names}, which must be together, need ${mebibytes(sumKiB(company))}${odds}`;
}

/** What one host has for the guests that fit nowhere, beside those that the plan sends there. */
function describeRoom(host: Candidate, unplaced: readonly GuestToPlace[], limits: PlanLimits): string {
  const kinds = [true, false].filter((hugePages) =>
    unplaced.some(({ need }) => need.hugePages === hugePages),
  );
  const rooms = kinds.map((hugePages) => {
    const room = Math.max(0, roomKiB({ hugePages, neededKiB: 0 }, host, limits));
    return `${mebibytes(room)}${hugePages ? " in huge pages" : ""}`;
  });
  const others = unplaced.flatMap(({ uuid }) => host.taken.get(uuid) ?? []);
  return [`${host.host} has ${rooms.join(" and ")} for them`, ...others].join(", and ");
}
