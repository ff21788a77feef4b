import type { MoveFacts } from "../../../../provider/preflight/facts/move-facts";
import { behindNetwork } from "./sample-changes";

/** As `virsh dumpxml` of libvirt 9.0 has it; test/lab/network-disks.test.ts has the same disk for real. */
export const iscsiDisk = `<disk type='network' device='disk'>
  <driver name='qemu' type='raw' cache='none'/>
  <auth username='second'><secret type='iscsi' usage='kvmlab-second'/></auth>
  <source protocol='iscsi' name='iqn.2026-11.test.disks:second/0' index='1'>
    <host name='disks' port='3260'/>
    <initiator><iqn name='iqn.2026-11.test.guest:second'/></initiator>
  </source>
  <target dev='vdb' bus='virtio'/>
</disk>`;

/** What a target says that has all of it. */
export const iscsiAnswers = `name disks = 10.77.0.2
driver iscsi = qemu-system-x86_64: -drive if=none,driver=iscsi: Need all of transport, portal and target options
server disks 3260 = 0
secret usage iscsi kvmlab-second = 0
`;

/** The answers, but for one. */
export function lacking(question: string, answer: string): [Partial<MoveFacts>] {
  const other = iscsiAnswers.replace(new RegExp(`^(${question} .*?) = .*$`, "m"), `$1 = ${answer}`);
  return [behindNetwork(iscsiDisk, other)];
}

/** A disk by one protocol. */
export const diskBy = (protocol: string, name: string, inside: string, more = "") =>
  `<disk type='network' device='disk'><driver name='qemu' type='raw' ${more}/><source protocol='${protocol}' name='${name}'>${inside}</source><target dev='vdb' bus='virtio'/></disk>`;
