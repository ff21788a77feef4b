import type { HostFacts } from "../facts/host-facts";
import type { MoveFacts } from "../facts/move-facts";
import { type Objection, pass, rule, skipped } from "../rule";

/**
 * The name leads to the host itself, and not to another machine or back to the host that asks. What was looked at on the
 * target, its storage above all, says nothing of another machine.
 */
export const nameLeadsThere = rule("name-leads-there", "KVM-631", (facts) => {
  const { source, target, reach: way } = facts;
  const answered = way.ssh.bootId;
  if (answered !== "" && target.bootId !== "" && answered !== target.bootId) return anotherMachine(facts);
  const evaluated = [
    { from: source, to: target },
    { from: target, to: source },
  ].filter(({ from, to }) => from.otherResolvesTo.length > 0 && to.addresses.length > 0);
  if (evaluated.length === 0) return skipped("no name that resolves (KVM-611)");
  const wrong = evaluated.filter(({ from, to }) => {
    // Behind address translation the address is none of the target's, and it is the target that answers.
    const isProved = to === target && answered !== "" && answered === target.bootId;
    return !isProved && !leadsTo(from.otherResolvesTo, to);
  });
  if (wrong.length === 0)
    return pass(evaluated.map(({ to }) => `${to.host} has ${to.addresses.join(", ")}`).join("; "));
  return {
    host: wrong.map(({ from }) => from.host).join(", "),
    expected: "each host's name to lead to an address of that host",
    found: wrong.map(({ from, to }) => described(from, to)).join("; "),
    fix: wrong.map(({ from, to }) => fixFor(from, to)).join("; "),
  };
});

/** The first address is the one that a connection goes to. */
export function leadsTo(resolved: readonly string[], { addresses }: HostFacts): boolean {
  const [first] = resolved;
  return first !== undefined && addresses.includes(first);
}

function anotherMachine({ source, target }: MoveFacts): Objection {
  return {
    host: source.host,
    expected: `"ssh ${target.host}" to come to ${target.host}`,
    found: `another machine answers (its boot_id is another one): ${described(source, target)}`,
    fix: fixFor(source, target),
  };
}

function described(from: HostFacts, to: HostFacts): string {
  const itself = to.addresses.join(", ");
  const { hostsLines, nameServers } = from.lookup;
  const bySaying =
    hostsLines.length > 0
      ? ` (its hosts file: "${hostsLines[0]}")`
      : nameServers.length > 0
        ? ` (its name server ${nameServers.join(", ")} says so)`
        : "";
  return `on ${from.host}, ${to.host} is ${from.otherResolvesTo.join(", ")}${bySaying}; ${to.host} itself has ${itself}`;
}

/** A name server's record is wrong for everybody; a hosts file's line for one host, and it stands above any record. */
function fixFor(from: HostFacts, to: HostFacts): string {
  const [server] = from.lookup.nameServers;
  if (server !== undefined && from.lookup.hostsLines.length === 0)
    return `on the name server ${server}: the record of ${to.host} to be ${to.addresses[0]}, then have it read again (dnsmasq: /etc/dnsmasq.hosts or /etc/hosts, systemctl reload dnsmasq); "getent hosts ${to.host}" on ${from.host} shows what it answers`;
  return `in /etc/hosts on ${from.host}: "${to.addresses[0]} ${to.host}", and no other line with ${to.host}`;
}
