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
import { codes, host, way } from "./sample-facts";
import * as texts from "./sample-texts";

const { guestFolder, uuid } = texts;

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
    "a medium on the share",
    { ...device(cdrom.replace("/root", guestFolder)), ...targetStorage({ files: everything }) },
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
