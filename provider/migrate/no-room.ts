import { ProviderError } from "../errors/provider-error";
import { mebibytes } from "../preflight/facts/memory-size";
import { type Candidate, type GuestToPlace, type Plan, type PlanLimits, roomKiB } from "./plan-targets";

/** What there is to say of a plan that has no place for some guests. */
export function noRoom({ unplaced, left }: Plan, limits: PlanLimits): ProviderError {
  const needs = unplaced.map(
    ({ name, need }) => `${name} needs ${mebibytes(need.neededKiB)}${need.hugePages ? " in huge pages" : ""}`,
  );
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
