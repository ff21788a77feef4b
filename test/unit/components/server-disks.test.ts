import { expect, it } from "vitest";
import type { Platform } from "../../../components/platform";
import { ServerDisks } from "../../../components/server-disks";
import { recordProgram } from "./recorded-program";
import { otherImagePlatform, privatePlatform, sharedPlatform } from "./sample-platforms";

const disksOn = (platform: Platform) => recordProgram(() => new ServerDisks("disks", { platform }));

it("takes the image where the private hypervisor has it, without a copy", async () => {
  const program = await disksOn(privatePlatform);
  expect(program.all("Volume")).toEqual([]);
  expect(program.result.base).toMatchObject({ baseVolumeId: "/images/base.qcow2", kernel: "/boot/vmlinux" });
  expect(program.result.of("bookworm")).toBe(program.result.base);
  expect(program.result.of("trixie")).toMatchObject({
    baseVolumeId: "/images/trixie.qcow2",
    kernel: "/boot/trixie/vmlinux",
    cmdline: "root=/dev/vda rw trixie",
  });
});

it("has a pool of its own, since destroying a pool removes its folder", async () => {
  const pool = (name: string) => ({ name, type: "dir", target: { path: `/var/lib/libvirt/images/${name}` } });
  expect((await disksOn(privatePlatform)).find("Pool", "disks").inputs).toEqual(pool("lab"));
  expect((await disksOn(sharedPlatform)).find("Pool", "disks").inputs).toEqual(pool("dev-lab"));
});

it("uploads disk, kernel and initrd to a shared hypervisor", async () => {
  const volumes = (await disksOn(sharedPlatform)).all("Volume").map(({ inputs }) => inputs);
  expect(volumes).toEqual([
    { name: "base.qcow2", pool: "dev-lab", source: "/cache/disk.qcow2" },
    { name: "initrd.img", pool: "dev-lab", source: "/cache/initrd.img" },
    { name: "vmlinux", pool: "dev-lab", source: "/cache/vmlinux" },
  ]);
});

it("uploads the image of another release under names of its own", async () => {
  const trixie = {
    kind: "upload",
    disk: "/t/disk.qcow2",
    kernel: "/t/vmlinux",
    initrd: "",
    cmdline: "",
  } as const;
  const program = await disksOn({ ...sharedPlatform, otherImages: { trixie } });
  expect(program.all("Volume").map(({ inputs }) => [inputs.name, inputs.source])).toEqual([
    ["base.qcow2", "/cache/disk.qcow2"],
    ["initrd.img", "/cache/initrd.img"],
    ["trixie-base.qcow2", "/t/disk.qcow2"],
    ["trixie-vmlinux", "/t/vmlinux"],
    ["vmlinux", "/cache/vmlinux"],
  ]);
});

it("uploads only the disk of an image that boots by itself", async () => {
  const program = await disksOn(otherImagePlatform);
  expect(program.all("Volume").map(({ inputs }) => inputs.name)).toEqual(["base.qcow2"]);
  expect(program.result.base.kernel).toBeUndefined();
});
