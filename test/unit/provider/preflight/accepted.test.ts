import { expect, test } from "vitest";
import type { MoveFacts } from "../../../../provider/preflight/facts/move-facts";
import {
  cdrom,
  clocks,
  custom,
  device,
  disk,
  everything,
  onFileSystem,
  onSource,
  onTarget,
  targetStorage,
  withDefinition,
} from "./sample-changes";
import { codes, guestOnSource, host, way } from "./sample-facts";
import * as texts from "./sample-texts";

const { guestFolder, uuid } = texts;

const accepted: [string, Partial<MoveFacts>][] = [
  [
    "the guest's own definition, left on target",
    { ...onTarget({ domains: `${uuid} guest\n` }), onTarget: { state: "shut off" } },
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
    "a medium on the share",
    { ...device(cdrom.replace("/root", guestFolder)), ...targetStorage({ files: everything }) },
  ],
  [
    "a disk that is on the network anyway",
    device(
      "<disk type='network' device='disk'><driver cache='none'/><source protocol='rbd' name='p/i'/></disk>",
    ),
  ],
  ["a newer target", onTarget({ version: texts.version("8.2.2", "10.0.0") })],
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
  ["a listener on a migration port", { way: way({ ports: "49152 0 \n49215 1 Connection refused\n" }) }],
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
          <disk type='file'><driver name='qemu' type='qcow2' cache='none'/><source file='${texts.disk}'><encryption format='luks'><secret type='passphrase' usage='disk of web 1'/></encryption></source><target dev='vdb'/></disk>`,
      }),
      ...onTarget({ secrets: texts.secrets(` ${uuid}   volume disk of web 1\n`) }),
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
    "disks that the move copies",
    { copiesStorage: true, ...targetStorage({ tokens: `absent ${guestFolder}\n` }) },
  ],
];

test.each(accepted)("nothing speaks against %s", (_what, changed) => {
  expect(codes(changed)).toEqual([]);
});
