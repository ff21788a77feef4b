import type { HostFacts } from "../facts/host-facts";
import { holds, rule, unseen } from "../rule";

/** The name leads to the host itself, and not to another machine or back to the host that asks. */
export const nameLeadsThere = rule("name-leads-there", "KVM-631", ({ source, target }) => {
  const judged = [
    { from: source, to: target },
    { from: target, to: source },
  ].filter(({ from, to }) => from.otherResolvesTo.length > 0 && to.addresses.length > 0);
  if (judged.length === 0) return unseen("no name that resolves (KVM-611)");
  const wrong = judged.filter(({ from, to }) => !leadsTo(from.otherResolvesTo, to));
  if (wrong.length === 0)
    return holds(judged.map(({ to }) => `${to.host} has ${to.addresses.join(", ")}`).join("; "));
  return {
    host: wrong.map(({ from }) => from.host).join(", "),
    expected: "each host's name to lead to an address of that host",
    found: wrong
      .map(
        ({ from, to }) =>
          `on ${from.host}, ${to.host} is ${from.otherResolvesTo.join(", ")}; ${to.host} itself has ${to.addresses.join(", ")}`,
      )
      .join("; "),
    mend: wrong
      .map(
        ({ from, to }) =>
          `in /etc/hosts on ${from.host}: "${to.addresses[0]} ${to.host}", and no other line with ${to.host}`,
      )
      .join("; "),
  };
});

/** The first address is the one that a connection goes to. */
export function leadsTo(resolved: readonly string[], { addresses }: HostFacts): boolean {
  const [first] = resolved;
  return first !== undefined && addresses.includes(first);
}
