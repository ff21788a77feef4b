import { pass, rule, skipped } from "../rule";

/** The guest's memory goes to a port of libvirt's range on the target; no firewall may stand between. */
export const portsOpen = rule("ports-open", "KVM-634", ({ source, target, reach: way }) => {
  if (source.otherResolvesTo.length === 0)
    return skipped(`${source.host} does not resolve ${target.host} (KVM-611)`);
  if (way.ports.length === 0) return skipped("no port was tried");
  const { first, last } = target.ports;
  const found = way.ports
    .map(
      ({ port, answer, message: words }) =>
        `${port}: ${answer}${answer === "silent" || answer === "untried" ? ` (${words})` : ""}`,
    )
    .join("; ");
  if (way.ports.some(({ answer }) => answer === "untried"))
    return {
      host: source.host,
      expected: `connections from ${source.host} to ports ${first} and ${last} of ${target.host} to be tried`,
      found,
      fix: `on ${source.host}: apt-get install -y perl; or AllowTcpForwarding yes in /etc/ssh/sshd_config, then systemctl reload ssh`,
    };
  if (way.ports.every(({ answer }) => answer !== "silent"))
    return pass(`${found}: ${target.host} answers at once`);
  return {
    host: target.host,
    expected: `ports ${first} to ${last} of ${target.host} to be reached from ${source.host}`,
    found,
    fix: `on ${target.host}, and on what is between: nft list ruleset; let ${source.host} in: iptables -I INPUT -p tcp -s ${source.addresses[0] ?? source.host} --dport ${first}:${last} -j ACCEPT`,
  };
});
