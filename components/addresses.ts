import ipaddr from "ipaddr.js";

/** The addresses that a lab's network gives to its parts, each with the network's prefix length. */
export interface LabAddresses {
  readonly hypervisor: string;
  readonly nfs: string;
  readonly source: string;
  readonly target: string;
  readonly guest: string;
  readonly prefix: number;
}

/** Where each part of the lab has its place in the network, the same in every lab. */
const places = { hypervisor: 1, nfs: 2, source: 3, target: 4, guest: 50 };

/** The addresses of a lab's servers as its settings say. */
export function serverAddresses({
  network,
}: {
  readonly network: string;
}): Record<"nfs" | "source" | "target", string> {
  const { nfs, source, target } = labAddresses(network);
  return { nfs, source, target };
}

/** The addresses of a lab on `cidr`, a network of at least /26. */
export function labAddresses(cidr: string): LabAddresses {
  const [network, prefix] = ipaddr.IPv4.parseCIDR(cidr);
  const at = (place: number) => {
    const [a = 0, b = 0, c = 0, d = 0] = network.toByteArray();
    return `${new ipaddr.IPv4([a, b, c, d + place]).toString()}`;
  };
  return {
    hypervisor: at(places.hypervisor),
    nfs: at(places.nfs),
    source: at(places.source),
    target: at(places.target),
    guest: at(places.guest),
    prefix,
  };
}
