import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  foreignInDomain,
  foreignInNetwork,
  foreignInPool,
} from "../../../../../machines/snapshots/imported/definitions";

/** What libvirt 9.0 wrote at the beginning of a saved server's memory. */
const source = readFileSync(join(__dirname, "source.xml"), "utf8");
const network = `<network>
  <name>lab</name>
  <uuid>55ca17ec-51db-4602-ad48-4b2210219826</uuid>
  <bridge name='virbr0' stp='on' delay='0'/>
  <mac address='52:54:00:a5:bc:3c'/>
  <ip family='ipv4' address='10.77.0.1' prefix='24'>
  </ip>
</network>`;
const pool = `<!-- virsh pool-edit lab -->
<pool type='dir'>
  <name>lab</name>
  <capacity unit='bytes'>0</capacity>
  <source>
  </source>
  <target>
    <path>/var/lib/libvirt/images/lab</path>
  </target>
</pool>`;

test("what a lab has is no stranger's: a server, its network, its pool", () => {
  expect(foreignInDomain(source)).toEqual([]);
  expect(foreignInNetwork(network)).toEqual([]);
  expect(foreignInPool(pool)).toEqual([]);
});

test("a server under KVM, of a processor by name, is a lab's, too", () => {
  const kvm = source
    .replace("<domain type='qemu'", "<domain type='kvm'")
    .replace(
      /<cpu mode[\s\S]*?<\/cpu>/,
      "<cpu mode='custom' match='exact' check='none'><model fallback='forbid'>Nehalem</model></cpu>",
    );
  expect(foreignInDomain(kvm)).toEqual([]);
});

describe("a machine that would run or open something of this machine is told", () => {
  const inDevices = (device: string) => source.replace("</devices>", `${device}</devices>`);
  test.each<[string, string, string]>([
    [
      "another program in QEMU's place",
      source.replace(/<emulator>.*<\/emulator>/, "<emulator>/tmp/x.sh</emulator>"),
      "<emulator>/tmp/x.sh",
    ],
    [
      "arguments for QEMU",
      source
        .replace("<domain ", "<domain xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0' ")
        .replace("</devices>", "</devices><qemu:commandline><qemu:arg value='-S'/></qemu:commandline>"),
      "xmlns:qemu in <domain>",
    ],
    [
      "a disk of the machine's",
      inDevices("<disk type='block' device='disk'><source dev='/dev/vda'/><target dev='vdc'/></disk>"),
      "<disk type='block'>",
    ],
    [
      "a file of the machine's as a disk",
      inDevices("<disk type='file'><source file='/etc/shadow'/><target dev='vdc'/></disk>"),
      "<source> /etc/shadow",
    ],
    [
      "one out of the lab's folder",
      inDevices("<disk type='file'><source file='/var/lib/libvirt/images/../../../../etc/shadow'/></disk>"),
      "<source> /var/lib/libvirt/images/../../../../etc/shadow",
    ],
    ["a format that names other files", source.replace("type='raw'", "type='vmdk'"), "<driver type='vmdk'>"],
    [
      "another kernel",
      source.replace(/<kernel>.*<\/kernel>/, "<kernel>/boot/vmlinuz</kernel>"),
      "<kernel> /boot/vmlinuz",
    ],
    [
      "a folder of the machine's",
      inDevices("<filesystem type='mount'><source dir='/'/></filesystem>"),
      "<filesystem>",
    ],
    ["a device of the machine's", inDevices("<hostdev mode='subsystem' type='pci'/>"), "<hostdev>"],
    [
      "a serial line into a file",
      source.replace("<serial type='pty'>", "<serial type='file'><source path='/root/.profile'/>"),
      "<serial type='file'>",
    ],
    [
      "a network card on the machine's own",
      source.replace("<interface type='network'>", "<interface type='direct'>"),
      "<interface type='direct'>",
    ],
    ["no machine at all", "<network/>", "no domain"],
    ["no XML", "LibvirtQemudSave", "no domain"],
  ])("%s", (_what, xml, told) => {
    expect(foreignInDomain(xml)).toContain(told);
  });
});

test("a network with a script for dnsmasq, or one that serves a folder, is told", () => {
  const script = network
    .replace("<network>", "<network xmlns:dnsmasq='http://libvirt.org/schemas/network/dnsmasq/1.0'>")
    .replace(
      "</network>",
      "<dnsmasq:options><dnsmasq:option value='dhcp-script=/tmp/x'/></dnsmasq:options></network>",
    );
  expect(foreignInNetwork(script)).toContain("<dnsmasq:options>");
  expect(foreignInNetwork(network.replace("</ip>", "<tftp root='/'/></ip>"))).toContain("<tftp>");
  expect(foreignInNetwork(network.replace("<ip ", "<forward mode='bridge'/><ip "))).toContain(
    "<forward mode='bridge'>",
  );
});

test("a pool of another folder, or of another kind, is told", () => {
  expect(foreignInPool(pool.replace("/var/lib/libvirt/images/lab", "/root"))).toEqual(["<path> /root"]);
  expect(foreignInPool(pool.replace("type='dir'", "type='netfs'"))).toEqual(["<pool type='netfs'>"]);
});
