import { expect, test } from "vitest";
import { atRest, isJob, targetsIn } from "../../../../machines/hypervisor/machines-together";

test("the disks of `virsh domblklist`, an empty drive among them", () => {
  const text = ` Target   Source
----------------------------
 vda      nfs.qcow2
 vdb      nfs-identity.iso
 sda      -

`;
  expect(targetsIn(text)).toEqual(["vda", "vdb", "sda"]);
});

test("a job is what `virsh domjobinfo` has a type for", () => {
  expect(isJob("Job type:         Unbounded   \nOperation:        Snapshot    \n")).toBe(true);
  expect(isJob("Job type:         None        \n\n")).toBe(false);
  expect(isJob("")).toBe(false);
});

test("a machine is at rest when each of its processors is", () => {
  const cpu = (halted: number) =>
    `CPU#0\nRIP=ffffffff81c2d9cb RFL=00000246 [---Z-P-] CPL=0 II=0 A20=1 SMM=0 HLT=${halted}\nES =0000\n`;
  expect(atRest(cpu(1))).toBe(true);
  expect(atRest(cpu(0))).toBe(false);
  expect(atRest(cpu(1) + cpu(0))).toBe(false);
  expect(atRest("error: no such domain")).toBe(false);
});
