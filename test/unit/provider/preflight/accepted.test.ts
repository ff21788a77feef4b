import { expect, test } from "vitest";
import { parseBlocks } from "../../../../provider/preflight/facts/block-devices";
import type { MoveFacts } from "../../../../provider/preflight/facts/move-facts";
import {
  cdrom,
  clocks,
  contents,
  custom,
  device,
  disk,
  offline,
  onFileSystem,
  onSource,
  onTarget,
  targetStorage,
  tpmState,
  variables,
  withDefinition,
} from "./sample-changes";
import { codes, facts, guestOnSource, host, way } from "./sample-facts";
import * as texts from "./sample-texts";

const { guestFolder, uuid } = texts;

const openVswitch = `<interface type='bridge'><source bridge='br-int'/>
  <virtualport type='openvswitch'><parameters interfaceid='c4b1c1f0-8a53-4d52-9f3c-2f6bb39f6e55'/></virtualport>
  <target dev='vnet1'/><model type='virtio'/></interface>`;
/** One device, by its wwid, on both hosts. */
const blocks = (path: string): Pick<MoveFacts, "storage"> => {
  const { source, target } = facts().storage;
  const device = parseBlocks(`path ${path}\nsectors 131072\nreadonly 0\nleaf naa.6001405\n`);
  return { storage: { source: { ...source, blocks: device }, target: { ...target, blocks: device } } };
};

const accepted: [string, Partial<MoveFacts>][] = [
  [
    "the guest's own definition, left on target",
    { ...onTarget({ domains: `${uuid} guest\n` }), onTarget: { state: "shut off" } },
  ],
  [
    "the guest's own definition on target, which has the same disk",
    {
      ...onTarget({ domains: `${uuid} guest\n`, disks: texts.disksOf("guest", 5) }),
      onTarget: { state: "shut off" },
    },
  ],
  [
    "another guest that is only defined with the disk",
    onTarget({ domains: `${uuid.replace(/^.{8}/, "11111111")} twin\n`, disks: texts.disksOf("twin", 5) }),
  ],
  ["a default cache on NFS, which QEMU 7.2 drops", disk("<driver name='qemu' type='qcow2'/>")],
  [
    "any cache on a cluster file system",
    { ...disk("<driver type='qcow2' cache='unsafe'/>"), storage: onFileSystem("gfs2") },
  ],
  [
    "a drive with nothing in it",
    device("<disk type='file' device='cdrom'><target dev='sda'/><readonly/></disk>"),
  ],
  [
    "a medium on a share that both hosts only read, or of the same package on both",
    { ...device(cdrom), ...contents("702545920 d41d8cd9 /root/debian.iso\n") },
  ],
  [
    "a medium that target lacks and that may be missing",
    device(cdrom.replace("<source ", "<source startupPolicy='optional' ")),
  ],
  [
    "a disk that is only read, on a share that hosts only read",
    {
      ...device(
        "<disk type='file'><driver type='raw'/><source file='/ro/base.img'/><target dev='vdb'/><readonly/></disk>",
      ),
      ...contents("1048576 0123abcd /ro/base.img\n"),
    },
  ],
  [
    "an Open vSwitch bridge",
    { ...device(openVswitch), ...onTarget({ devices: "bridge br0\ndevice br-int\ndevice ovs-system\n" }) },
  ],
  ["a default cache on BeeGFS", { ...disk("<driver type='qcow2'/>"), storage: onFileSystem("beegfs") }],
  [
    "a file system that libvirt was told is shared",
    {
      storage: onFileSystem("fuse.mfs"),
      ...onSource({ "qemu.conf": `shared_filesystems = [\n  "/srv",\n  "${texts.imagesFolder}/"\n]\n` }),
    },
  ],
  [
    "a block device with the default cache",
    {
      ...device(
        "<disk type='block'><driver type='raw'/><source dev='/dev/mapper/web1'/><target dev='vdb'/></disk>",
      ),
      ...blocks("/dev/mapper/web1"),
    },
  ],
  ["a newer target", onTarget({ version: texts.version("8.2.2", "10.0.0") })],
  ["an older point release", onTarget({ version: texts.version("7.2.1") })],
  ["a 32-bit guest on 64-bit hosts", withDefinition({ arch: "i686", machine: "pc" })],
  [
    "flags that only the kernel makes up",
    onTarget({ kernel: texts.kernel({ flags: "fpu de pse tsc msr pae nx lm svm aes" }) }),
  ],
  [
    "a model that target can give",
    { ...withDefinition({ cpu: custom }), cpuComparison: { compatible: true, missing: [], words: "ok" } },
  ],
  ["a clock that differs no more than asking took", clocks(1_200, 300)],
  ["a listener on a migration port", { reach: way({ ports: "49152 0 \n49215 1 Connection refused\n" }) }],
  ["an address that is translated on the way", onSource({ other: texts.getent("192.0.2.7", "target") })],
  [
    "screens and serial lines that listen everywhere or on the loopback, by ports of libvirt's choice or free ones",
    device(`<graphics type='vnc' port='5900' autoport='yes' listen='0.0.0.0'><listen type='address' address='0.0.0.0'/></graphics>
      <graphics type='spice' port='5999' listen='127.0.0.1'><listen type='address' address='127.0.0.1'/></graphics>
      <serial type='tcp'><source mode='bind' host='127.0.0.1' service='4555'/><target port='1'/></serial>
      <serial type='tcp'><source mode='connect' host='10.77.0.11' service='22'/><target port='2'/></serial>`),
  ],
  [
    "sockets and folders of libvirt's own",
    device(
      "<channel type='unix'><source mode='bind' path='/var/lib/libvirt/qemu/channel/target/domain-1-guest/org.qemu.guest_agent.0'/><target type='virtio' name='org.qemu.guest_agent.0'/></channel>",
    ),
  ],
  [
    "a key, a filter and processors that target has",
    {
      ...withDefinition({
        tuning: "<cputune><vcpupin vcpu='0' cpuset='0-1,^0'/></cputune>",
        devices: `<interface type='bridge'><source bridge='br0'/><filterref filter='clean-traffic'/></interface>
          <tpm model='tpm-crb'><backend type='emulator' version='2.0'><encryption secret='${uuid}'/></backend></tpm>`,
      }),
      ...onTarget({ secrets: texts.secrets(` ${uuid}   vtpm tpm of web 1\n`) }),
    },
  ],
  [
    "a label that libvirt gave the running guest by itself",
    withDefinition({ tuning: "<seclabel type='dynamic' model='selinux' relabel='yes'/>" }),
  ],
  [
    "a card of the host's that is the transient half of a pair",
    device(
      "<interface type='hostdev' managed='yes'><source><address type='pci' domain='0x0000' bus='0x06' slot='0x00' function='0x0'/></source><teaming type='transient' persistent='ua-net0'/></interface>",
    ),
  ],
  ["a snapshot that was, and is no more", { onSource: guestOnSource({ snapshots: "\n\n" }) }],
  ["an emulated TPM", device("<tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>")],
  [
    "an emulated guest of QEMU 9",
    {
      ...withDefinition({ commandline: "" }),
      ...onSource({ version: texts.version("9.0.2") }),
      target: host("target", { version: texts.version("9.0.2") }),
    },
  ],
  [
    "a guest of KVM with memory of any size",
    {
      ...withDefinition({ type: "kvm", commandline: "" }),
      target: host("target", { capabilities: texts.capabilities(["qemu", "kvm"]) }),
    },
  ],
  [
    "an offline move whose firmware variables and TPM are on target, too",
    offline(`540672 0123abcd ${variables}\n6013 0123abcd ${tpmState}\n`),
  ],
  ["an offline move of a guest that has never started", offline("")],
  [
    "disks that the move copies",
    { copiesStorage: true, ...targetStorage({ tokens: `absent ${guestFolder}\n` }) },
  ],
];

test.each(accepted)("nothing speaks against %s", (_what, changed) => {
  expect(codes(changed)).toEqual([]);
});
