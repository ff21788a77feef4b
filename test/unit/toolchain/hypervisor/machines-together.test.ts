import { expect, test } from "vitest";
import { isJob, targetsIn } from "../../../../toolchain/hypervisor/machines-together";

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
