import ipaddr from "ipaddr.js";

/** Where each part of a lab has its place in the network, the same in every lab. Servers follow each other from the first one's place on, and so do guests. */
export const places = { hypervisor: 1, firstServer: 2, firstGuest: 50, unused: 62 };

/** The address at a place of `cidr`, a network of at least /26. */
export function addressAt(cidr: string, place: number): string {
  const [network] = ipaddr.IPv4.parseCIDR(cidr);
  const [a = 0, b = 0, c = 0, d = 0] = network.toByteArray();
  return new ipaddr.IPv4([a, b, c, d + place]).toString();
}
