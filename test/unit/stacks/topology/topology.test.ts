import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { describe, expect, it } from "vitest";
import { macOf } from "../../../../components/guest-definition";
import { checkSettings } from "../../../../stacks/settings";
import { guestPlaces, shownStorage } from "../../../../stacks/topology/storage";
import { addressesOf, onlyGuest, topologyOf } from "../../../../stacks/topology/topology";

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

const withoutPrefix = (address: string) => address.split("/")[0] ?? "";

describe("a topology", () => {
  it("has room in a network of every private range for each of its parts, at an address of its own", () => {
    fc.assert(
      fc.property(network, (cidr) => {
        const settings = checkSettings({ network: cidr });
        expect(settings.network).toBe(cidr);
        const topology = topologyOf(settings);
        const guest = onlyGuest(topology).address;
        const servers = topology.servers.map(({ address }) => address);
        const all = [topology.network.gateway, ...servers, withoutPrefix(guest)];
        expect(new Set(all).size).toBe(5);
        for (const address of all)
          expect(ipaddr.IPv4.parse(address).match(ipaddr.IPv4.parseCIDR(cidr))).toBe(true);
        expect(Object.values(addressesOf(topology))).toEqual(servers);
        // The servers' network cards have the same MACs in every lab of a private hypervisor.
        const cards = [2, 3, 4].map((number) => `52:54:00:77:00:0${number}`);
        expect(cards).not.toContain(macOf(guest));
      }),
    );
  });

  it.each([
    ["10.77.0.0/24", "10.77.0.2", "10.77.0.50/24"],
    ["192.168.0.64/26", "192.168.0.66", "192.168.0.114/26"],
    ["172.16.0.0/16", "172.16.0.2", "172.16.0.50/16"],
  ])("on %s has nfs at %s and its guest at %s", (cidr, nfs, guest) => {
    const topology = topologyOf(checkSettings({ network: cidr }));
    expect([addressesOf(topology).nfs, onlyGuest(topology).address]).toEqual([nfs, guest]);
  });

  it("has one storage server, which the storage names, and hosts that its guests can be on", () => {
    const { servers, storage, guests } = topologyOf(checkSettings({ guestRunsOn: "target" }));
    expect(servers.filter(({ part }) => part === "storage").map(({ name }) => name)).toEqual([
      storage.server,
    ]);
    const hosts = servers.filter(({ part }) => part === "host").map(({ name }) => name);
    expect(hosts).toEqual(["source", "target"]);
    for (const { startsOn, runsOn } of guests)
      expect(hosts).toEqual(expect.arrayContaining([startsOn, runsOn]));
    expect(guests[0]?.runsOn).toBe("target");
  });

  it("of more hosts has each server at an address of its own in the network, and leaves all where they are when one is added at the end", () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[a-z]([a-z0-9-]{0,6}[a-z0-9])?$/), {
      minLength: 3,
      maxLength: 8,
    });
    fc.assert(
      fc.property(network, names, (cidr, hosts) => {
        fc.pre(!hosts.includes("nfs"));
        const of = (list: string[]) =>
          topologyOf(checkSettings({ network: cidr, hosts: list, guestRunsOn: list[0] ?? "" }));
        const [all, fewer] = [of(hosts), of(hosts.slice(0, -1))];
        expect(all.servers.slice(0, -1)).toEqual(fewer.servers);
        const { guests, servers } = all;
        const addresses = [...servers, ...guests].map(({ address }) => withoutPrefix(address));
        expect(new Set(addresses).size).toBe(hosts.length + 2);
        for (const address of addresses)
          expect(ipaddr.IPv4.parse(address).match(ipaddr.IPv4.parseCIDR(cidr))).toBe(true);
        expect(guests[0]?.startsOn).toBe(hosts[0]);
      }),
    );
  });

  it("has existing machines at the addresses that they are reached by", () => {
    const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5";
    const settings = checkSettings({
      machines: "existing",
      ...{
        nfsAddress: "root@192.0.2.7",
        sourceAddress: "root@192.0.2.8:2222",
        targetAddress: "root@192.0.2.9",
      },
      ...{ nfsHostKey: key, sourceHostKey: key, targetHostKey: key },
      ...{ sshPrivateKeyFile: "key", guestAddress: "192.0.2.50/24" },
    });
    const topology = topologyOf(settings);
    expect(addressesOf(topology)).toEqual({ nfs: "192.0.2.7", source: "192.0.2.8", target: "192.0.2.9" });
    expect([onlyGuest(topology).address, topology.isolated]).toEqual(["192.0.2.50/24", false]);
  });
});

describe("the storage of a topology", () => {
  const of = (given: Record<string, unknown>) => topologyOf(checkSettings(given));

  it("is a folder that the guest's files lie in, or a device whose name says where it is reached", () => {
    expect(guestPlaces(of({}).storage, { name: "web" })).toEqual({
      folder: "/var/lib/libvirt/images/web",
      disk: { kind: "file", path: "/var/lib/libvirt/images/web/disk.qcow2" },
    });
    const storage = of({ storage: "iscsi", network: "192.168.7.0/24" }).storage;
    const path =
      "/dev/disk/by-path/ip-192.168.7.2:3260-iscsi-iqn.2026-11.test.kvm-migration-lab:migration-lun-0";
    expect(guestPlaces(storage, { name: "web" })).toEqual({
      folder: "/var/lib/libvirt/images/web",
      disk: { kind: "block", path },
    });
    expect(shownStorage(storage)).toMatchObject({ kind: "iscsi", server: "nfs", mountPoint: path });
  });
});
