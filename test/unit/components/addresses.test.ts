import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { expect, it } from "vitest";
import { labAddresses, serverAddresses } from "../../../components/addresses";
import { macOf } from "../../../components/guest-definition";
import { checkSettings } from "../../../stacks/settings";

const ranges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

/** Any network that the key `network` allows. */
const network = fc
  .tuple(fc.constantFrom(...ranges), fc.integer({ min: 16, max: 26 }), fc.nat(2 ** 24 - 1))
  .map(([range, prefix, number]) => {
    const [start, bits] = ipaddr.IPv4.parseCIDR(range);
    const host = number % 2 ** (32 - bits);
    const bytes = start.toByteArray().map((byte, index) => byte | ((host >>> (8 * (3 - index))) & 255));
    return `${ipaddr.IPv4.networkAddressFromCIDR(`${bytes.join(".")}/${prefix}`).toString()}/${prefix}`;
  });

it("a network of every private range is allowed, and has room for each part of the lab at an address of its own", () => {
  fc.assert(
    fc.property(network, (cidr) => {
      expect(checkSettings({ network: cidr }).network).toBe(cidr);
      const { prefix, ...places } = labAddresses(cidr);
      const all = Object.values(places);
      expect(new Set(all).size).toBe(5);
      for (const address of all)
        expect(ipaddr.IPv4.parse(address).match(ipaddr.IPv4.parseCIDR(cidr))).toBe(true);
      const { hypervisor: _own, guest, ...servers } = places;
      expect(serverAddresses({ network: cidr })).toEqual(servers);
      // The servers' network cards have the same MACs in every lab of a private hypervisor.
      const cards = [2, 3, 4].map((number) => `52:54:00:77:00:0${number}`);
      expect(cards).not.toContain(macOf(`${guest}/${prefix}`));
    }),
  );
});
