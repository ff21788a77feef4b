import { XMLParser } from "fast-xml-parser";
import { describe, expect, it } from "vitest";
import { macOf } from "../../../components/guest-definition";
import { KvmHost } from "../../../components/kvm-host";
import { LabGuest } from "../../../components/lab-guest";
import { HostsFiles } from "../../../components/names/hosts-files";
import { Nfs } from "../../../components/storage/nfs";
import { checkSettings } from "../../../stacks/settings";
import { topologyOf } from "../../../stacks/topology/topology";
import { recordProgram } from "./recorded-program";
import { sampleMachine } from "./sample-machines";

const topology = topologyOf(checkSettings({ hypervisor: "qemu:///system" }));
const plan = { exportPath: "/migration", mountPoint: "/var/lib/libvirt/images" };
const guestOn = (acceleration: "auto" | "kvm" | "tcg", told?: string, onShare?: string) =>
  recordProgram(() => {
    const [nfs, source, target] = [sampleMachine("nfs"), sampleMachine("source"), sampleMachine("target")];
    const names = new HostsFiles("names", { machines: [nfs, source, target] });
    const share = new Nfs("share", { machine: nfs, plan, clients: [source, target] });
    const host = (machine: typeof source) =>
      new KvmHost(`kvm-${machine.role}`, { machine, names, share, bridge: "br0" });
    const first = host(source);
    return new LabGuest("guest", {
      topology,
      guest: {
        name: "web",
        memoryMiB: 96,
        address: "192.0.2.50/24",
        acceleration,
        bridge: "br0",
        startsOn: "source",
        runsOn: "source",
        uuid: "4b564d4c-6162-4000-8000-000000000050",
        moving: {},
      },
      image: { bundle: __filename, key: "key1" },
      keptOn: () => onShare,
      share,
      hosts: [first, host(target)],
    });
  }, told);
const parser = new XMLParser({ ignoreAttributes: false, htmlEntities: true, attributeNamePrefix: "" });

it.each([
  ["10.77.0.50/24", "52:54:00:4d:00:32"],
  ["192.168.255.1/16", "52:54:00:a8:ff:01"],
])("gives the guest of %s the MAC %s", (address, mac) => expect(macOf(address)).toBe(mac));

describe("the lab's guest", () => {
  it("has its files copied to nfs by their content's key, and unpacked on the share", async () => {
    const program = await guestOn("tcg");
    expect(program.find("CopyToRemote", "guest-files").inputs).toMatchObject({
      remotePath: "/var/tmp/web-key1.tar.gz",
      triggers: ["key1"],
      connection: { host: "192.0.2.1" },
    });
    const unpack = program.find("Command", "guest-on-share");
    expect(unpack.inputs.stdin).toContain("set -- /var/tmp/web-key1.tar.gz /migration/web key1\n");
    expect(program.waitsFor(unpack)).toEqual(["CopyToRemote guest-files"]);
  });

  it("has nothing copied where its files are on the share from the start, unless they are others", async () => {
    const program = await guestOn("tcg", undefined, "key1");
    expect(program.all("CopyToRemote")).toEqual([]);
    expect(program.waitsFor(program.find("Command", "guest-on-share"))).toEqual([]);
    const other = await guestOn("tcg", undefined, "key0");
    expect(other.find("CopyToRemote", "guest-files").inputs.triggers).toEqual(["key1"]);
  });

  it("is defined from the share's path, on the hosts' bridge, its disk past the page cache", async () => {
    const { inputs } = (await guestOn("tcg")).find("Guest", "guest");
    const { domain } = parser.parse(String(inputs.definition));
    expect(domain).toMatchObject({ type: "qemu", name: "web", memory: { "#text": 96, unit: "MiB" } });
    expect(domain.os.kernel).toBe("/var/lib/libvirt/images/web/vmlinux");
    expect(domain.os.cmdline).toContain("lab.address=192.0.2.50/24 lab.hostname=web");
    expect(domain.devices.disk).toMatchObject({
      source: { file: "/var/lib/libvirt/images/web/disk.qcow2" },
      driver: { type: "qcow2", cache: "none" },
    });
    expect(domain.devices.interface.source.bridge).toBe("br0");
    expect(domain.cpu.mode).toBe("maximum");
    expect(domain["qemu:commandline"]).toBeDefined();
  });

  it("has a processor that every host has when KVM runs it", async () => {
    const { inputs } = (await guestOn("kvm")).find("Guest", "guest");
    const { domain } = parser.parse(String(inputs.definition));
    expect([domain.type, domain.cpu.mode, domain.cpu.model["#text"]]).toEqual(["kvm", "custom", "Nehalem"]);
    expect(domain["qemu:commandline"]).toBeUndefined();
  });

  it.each([
    ["kvm\n", "kvm"],
    ["Reading package lists...\nkvm\n", "kvm"],
    ["tcg\n", "qemu"],
  ])("is run by what source says that it has: %j", async (told, type) => {
    const { inputs } = (await guestOn("auto", told)).find("Guest", "guest");
    expect(parser.parse(String(inputs.definition)).domain.type).toBe(type);
  });

  it("is looked for on both hosts, starts on source, and is asked from nfs", async () => {
    const { inputs, secrets } = (await guestOn("tcg")).find("Guest", "guest");
    expect(inputs).toMatchObject({
      startOn: "source",
      hosts: [{ name: "source" }, { name: "target" }],
      observer: { name: "nfs" },
      probe: { address: "192.0.2.50", port: 7000 },
    });
    expect(secrets).toEqual(expect.arrayContaining(["hosts", "observer"]));
  });
});
