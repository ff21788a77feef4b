import ipaddr from "ipaddr.js";

/** How an existing machine is logged in to, as the configuration names it. */
export interface Login {
  readonly user: string;
  /** An IP address: the other servers' hosts files get it too, and those take no names. */
  readonly address: string;
  readonly port: number;
}

/** Reads `user@address` or `user@address:port`; an IPv6 address with a port stands in brackets. Undefined when it is neither. */
export function parseLogin(text: string): Login | undefined {
  const match = /^([a-z_][a-z0-9_-]*)@(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text);
  const address = match?.[2] ?? match?.[3];
  const port = Number(match?.[4] ?? 22);
  if (!match?.[1] || !address || !isWhole(address) || port < 1 || port > 65_535) return undefined;
  return { user: match[1], address, port };
}

function isWhole(address: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(address) || ipaddr.IPv6.isValid(address);
}
