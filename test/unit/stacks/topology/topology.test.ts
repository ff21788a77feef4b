import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { describe, expect, it } from "vitest";
import { macOf } from "../../../../components/guest-definition";
import { checkSettings } from "../../../../stacks/settings";
import { addressAt } from "../../../../stacks/topology/addresses";
import { guestPlaces, shownStorage } from "../../../../stacks/topology/storage";
import { addressesOf, firstGuest, topologyOf, unusedAddress } from "../../../../stacks/topology/topology";

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
        const guest = firstGuest(topology).address;
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
    expect([addressesOf(topology).nfs, firstGuest(topology).address]).toEqual([nfs, guest]);
  });

  it("has its names in hosts files, or on the storage server under a domain for private use", () => {
    expect(topologyOf(checkSettings({})).names).toEqual({ kind: "hosts" });
    const { names, storage } = topologyOf(checkSettings({ names: "dns" }));
    expect(names).toMatchObject({ kind: "dns", server: storage.server, domain: "lab.internal" });
  });

  it("has the release of each server that is built from the lab's own images", () => {
    const releasesOf = (given: Record<string, unknown>) =>
      topologyOf(checkSettings(given)).servers.map(({ release }) => release);
    expect(releasesOf({})).toEqual(["bookworm", "bookworm", "bookworm"]);
    expect(releasesOf({ releases: { target: "trixie" } })).toEqual(["bookworm", "bookworm", "trixie"]);
    const newer = { release: "trixie", releases: { source: "bookworm" } };
    expect(releasesOf(newer)).toEqual(["trixie", "bookworm", "trixie"]);
    expect(releasesOf({ hostImage: "/images/debian.qcow2" })).toEqual([undefined, undefined, undefined]);
  });

  it("has an address that nobody has, whatever the guest's is", () => {
    fc.assert(
      fc.property(network, fc.integer({ min: 11, max: 62 }), (cidr, place) => {
        const prefix = cidr.split("/")[1];
        const guestAddress = `${addressAt(cidr, place)}/${prefix}`;
        const topology = topologyOf(
          checkSettings({ network: cidr, guestAddress, hosts: "abcdefgh".split(""), guestRunsOn: "a" }),
        );
        const unused = unusedAddress(topology);
        expect([...Object.values(addressesOf(topology)), addressAt(cidr, place)]).not.toContain(unused);
        expect(ipaddr.IPv4.parse(unused).match(ipaddr.IPv4.parseCIDR(cidr))).toBe(true);
        expect(unused).not.toBe(ipaddr.IPv4.broadcastAddressFromCIDR(cidr).toString());
      }),
    );
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

  it("of several guests has each at an address of its own with a UUID of its own, and leaves all as they are when one is added at the end", () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,8}$/), {
      minLength: 2,
      maxLength: 12,
    });
    fc.assert(
      fc.property(network, names, (cidr, list) => {
        const of = (some: string[]) =>
          topologyOf(
            checkSettings({
              network: cidr,
              hostMemoryMiB: 2048,
              guests: some.map((name) => ({ name, memoryMiB: 64 })),
            }),
          );
        const [all, fewer] = [of(list), of(list.slice(0, -1))];
        expect(all.guests.slice(0, -1)).toEqual(fewer.guests);
        const addresses = [...all.servers, ...all.guests].map(({ address }) => withoutPrefix(address));
        expect(new Set(addresses).size).toBe(list.length + 3);
        for (const address of addresses)
          expect(ipaddr.IPv4.parse(address).match(ipaddr.IPv4.parseCIDR(cidr))).toBe(true);
        expect(new Set(all.guests.map(({ uuid }) => uuid)).size).toBe(list.length);
        expect(new Set(all.guests.map(({ address }) => macOf(address))).size).toBe(list.length);
      }),
    );
  });

  it("gives a guest of a list what the keys of the one guest say where it leaves it out", () => {
    const guests = [{ name: "web" }, { name: "db", memoryMiB: 96, startsOn: "target", runsOn: "source" }];
    const common = { guestMemoryMiB: 160, guestRunsOn: "source", guestAcceleration: "tcg" };
    const [web, db] = topologyOf(checkSettings({ guests, ...common })).guests;
    expect(web).toMatchObject({ memoryMiB: 160, startsOn: "source", runsOn: "source", acceleration: "tcg" });
    expect(db).toMatchObject({ memoryMiB: 96, startsOn: "target", runsOn: "source", acceleration: "tcg" });
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
    expect([firstGuest(topology).address, topology.isolated]).toEqual(["192.0.2.50/24", false]);
  });
});

describe("the storage of a topology", () => {
  const of = (given: Record<string, unknown>) => topologyOf(checkSettings(given));

  it("is a folder that the guest's files lie in, or a device whose name says where it is reached", () => {
    expect(guestPlaces(of({}).storage, { name: "web", address: "10.77.0.51/24" })).toEqual({
      folder: "/var/lib/libvirt/images/web",
      disk: { kind: "file", path: "/var/lib/libvirt/images/web/disk.qcow2" },
    });
    const storage = of({ storage: "iscsi", network: "192.168.7.0/24" }).storage;
    const path =
      "/dev/disk/by-path/ip-192.168.7.2:3260-iscsi-iqn.2026-11.test.kvm-migration-lab:migration-lun-1";
    expect(guestPlaces(storage, { name: "web", address: "10.77.0.51/24" })).toEqual({
      folder: "/var/lib/libvirt/images/web",
      disk: { kind: "block", path },
    });
    expect(shownStorage(storage)).toMatchObject({
      kind: "iscsi",
      server: "nfs",
      mountPoint: path.replace(/1$/, "*"),
    });
  });

  it("is a volume with a copy on each of the first three servers, whoever comes after them", () => {
    const hosts = ["source", "target", "third"];
    const { storage } = of({ storage: "glusterfs", network: "192.168.7.0/24", hosts });
    expect(storage).toMatchObject({
      bricks: [
        { name: "nfs", address: "192.168.7.2" },
        { name: "source", address: "192.168.7.3" },
        { name: "target", address: "192.168.7.4" },
      ],
    });
    expect(guestPlaces(storage, { name: "web", address: "192.168.7.50/24" }).disk).toEqual({
      kind: "file",
      path: "/var/lib/libvirt/images/web/disk.qcow2",
    });
    expect(shownStorage(storage)).toMatchObject({ server: "nfs", path: "/migration" });
  });
});
