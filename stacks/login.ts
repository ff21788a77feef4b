import ipaddr from "ipaddr.js";

/** How an existing machine is logged in to, as the configuration names it. */
export interface Login {
  readonly user: string;
  /** An IP address: the other servers' hosts files get it too, and those take no names. */
  readonly address: string;
  readonly port: number;
}

/** Reads `user@address` or `user@address:port`; an IPv6 address with a port stands in brackets, one without may. Undefined when it is neither. */
export function parseLogin(text: string): Login | undefined {
  const [, user, bracketed, ipv4, port = "22", ipv6] =
    /^([a-z_][a-z0-9_.-]*)@(?:(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?|([0-9A-Fa-f:.]+))$/.exec(text) ?? [];
  const address = bracketed ?? ipv4 ?? ipv6;
  const number = Number(port);
  if (!user || !address || !isWhole(address) || number < 1 || number > 65_535) return undefined;
  return { user, address, port: number };
}

function isWhole(address: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(address) || ipaddr.IPv6.isValid(address);
}
