import type { HostFacts } from "../facts/host-facts";

/** Why a host does not resolve another's name, as far as it can be seen, and what is to be done. */
export interface Cause {
  readonly found: string;
  readonly fix: string;
}

/** Asked only where `from` has no address for `other`. */
export function whyUnresolved(from: HostFacts, other: HostFacts): Cause {
  const { nameServers, answers, sources } = from.lookup;
  const name = other.host;
  const none = `"getent hosts ${name}" on ${from.host} finds no address`;
  const line = `add a line "ADDRESS ${name}" to /etc/hosts on ${from.host}`;
  if (nameServers.length === 0) return { found: none, fix: line };
  if (sources.length > 0 && !sources.some((source) => source === "dns" || source === "resolve"))
    return {
      found: `${none}: /etc/nsswitch.conf there asks ${sources.join(", ")} for hosts, no name server`,
      fix: `on ${from.host} add dns to the line "hosts:" of /etc/nsswitch.conf, or ${line}`,
    };
  const dead = nameServers.filter((server) => !isAlive(answers.get(server)));
  if (dead.length === nameServers.length) return nameServerDown(from, none);
  return wrongSearch(from, other, none) ?? noRecord(from, name, none);
}

/** What was not looked at may be alive. */
function isAlive(answer: string | undefined): boolean {
  return answer === undefined || answer === "answers";
}

function nameServerDown({ lookup }: HostFacts, none: string): Cause {
  const states = lookup.nameServers.map((server) =>
    lookup.answers.get(server) === "is silent"
      ? `the name server ${server} is silent (no answer within 2 s: the machine is off, or a firewall drops port 53)`
      : `nothing listens on port 53 of the name server ${server}`,
  );
  const [server] = lookup.nameServers;
  return {
    found: `${none}: ${states.join("; ")}`,
    fix: `on the name server ${server}: systemctl restart dnsmasq (or the program that serves names there), and let UDP port 53 in`,
  };
}

/** They are not where the host has no program to do it. */
function wereAsked({ nameServers, answers }: HostFacts["lookup"]): boolean {
  return nameServers.every((server) => answers.has(server));
}

/** A short name that this host completes with another domain than the other host does. */
function wrongSearch(from: HostFacts, other: HostFacts, none: string): Cause | undefined {
  const missing = other.lookup.search.filter((domain) => !from.lookup.search.includes(domain));
  const [domain] = missing;
  if (domain === undefined) return undefined;
  const searched = from.lookup.search.join(" ") || "no domain";
  return {
    found: `${none}: ${wereAsked(from.lookup) ? "its name server answers, but " : ""}a short name is completed with ${searched} there, and with ${missing.join(" ")} on ${other.host}`,
    fix: `in /etc/resolv.conf on ${from.host}: "search ${domain}"; "getent hosts ${other.host}.${domain}" there shows whether the whole name is known`,
  };
}

function noRecord({ host, lookup }: HostFacts, name: string, none: string): Cause {
  const domains = lookup.search.length === 0 ? "" : ` (completed with ${lookup.search.join(" ")})`;
  const [server] = lookup.nameServers;
  const servers = `the name server ${lookup.nameServers.join(", ")}`;
  return {
    found: wereAsked(lookup)
      ? `${none}: ${servers} answers, and has no record of ${name}${domains}`
      : `${none}: ${servers} has told no address of ${name}${domains}; whether it answers at all was not tried`,
    fix: `on the name server ${server} add a record of ${name} (dnsmasq: a line of /etc/dnsmasq.hosts or /etc/hosts, then systemctl reload dnsmasq); or add a line "ADDRESS ${name}" to /etc/hosts on ${host}`,
  };
}
