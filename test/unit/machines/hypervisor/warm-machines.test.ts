import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  type HypervisorFolders,
  hypervisorFolders,
} from "../../../../machines/hypervisor/hypervisor-folders";
import {
  keepOnlyMemories,
  layOutWarm,
  saveFolder,
  type WarmMachines,
  warmDisks,
  warmGuest,
  warmMounts,
} from "../../../../machines/hypervisor/warm-machines";
import { machinesIn } from "../../../../machines/snapshots/boot-snapshots";
import { putBoot } from "../snapshots/sample-boot";

let cache = "";
let folders: HypervisorFolders;
let warm: WarmMachines;
let told: string[] = [];
const progress = (message: string) => void told.push(message);
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), "warm-machines-"));
  vi.stubEnv("KVMLAB_CACHE", cache);
  folders = hypervisorFolders("dev");
  warm = { ...machinesIn(await putBoot("k"), "k"), guestKey: "g" };
  told = [];
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(cache, { recursive: true, force: true });
});

const saves = async () => (await readdir(saveFolder(folders)).catch(() => [])).sort();
const all = ["nfs.save", "source.save", "target.save"];

describe("laying out a set", () => {
  it("makes links to its files: no copy, and no matter what becomes of the set", async () => {
    await layOutWarm(folders, warm, progress);
    expect(await saves()).toEqual(all);
    const inode = async (path: string) => (await stat(path)).ino;
    const { nfs } = warm.machines;
    expect(await inode(join(saveFolder(folders), "nfs.save"))).toBe(await inode(nfs?.memory ?? ""));
    expect(await inode(join(folders.warm, "nfs.qcow2"))).toBe(await inode(nfs?.disk ?? ""));
    await rm(join(cache, "warm-hosts"), { recursive: true });
    expect(await readFile(join(folders.warm, "nfs.qcow2"), "utf8")).toBe("k nfs disk");
    expect(told).toEqual([]);
  });

  it("shows the disks beside the host image", async () => {
    const { nfs, source } = warm.machines;
    await layOutWarm(
      folders,
      { ...warm, machines: { ...(nfs && { nfs }), ...(source && { source }) } },
      progress,
    );
    expect(warmMounts(folders)).toEqual([
      { from: join(folders.warm, "nfs.qcow2"), to: "images/base/warm-nfs.qcow2" },
      { from: join(folders.warm, "source.qcow2"), to: "images/base/warm-source.qcow2" },
    ]);
    expect(warmDisks(folders)).toEqual({
      nfs: "/var/lib/libvirt/images/base/warm-nfs.qcow2",
      source: "/var/lib/libvirt/images/base/warm-source.qcow2",
    });
  });

  it("tells whose files their share has, where nfs is among them", async () => {
    await layOutWarm(folders, warm, progress);
    expect(await warmGuest(folders)).toBe("g");
    await rm(join(folders.warm, "nfs.qcow2"));
    expect(await warmGuest(folders)).toBeUndefined();
  });

  it("of a set that goes this moment leaves nothing of it, and says that the servers boot", async () => {
    await rm(warm.machines.target?.memory ?? "");
    await layOutWarm(folders, warm, progress);
    expect(await saves()).toEqual([]);
    expect([warmMounts(folders), warmDisks(folders)]).toEqual([[], {}]);
    expect(told).toEqual([expect.stringMatching(/^the servers will boot, .*ENOENT/)]);
  });
});

it("a lab without a set has no warm disks", () => {
  expect([warmMounts(folders), warmDisks(folders)]).toEqual([[], {}]);
});

describe("memories that nobody started from yet", () => {
  const roles = ["nfs", "source", "target"] as const;
  beforeEach(() => layOutWarm(folders, warm, progress));

  it("stay while they fit", async () => {
    await keepOnlyMemories(folders, { key: "k", roles });
    expect(await saves()).toEqual(all);
  });

  it("go for a server that is to have another processor", async () => {
    await keepOnlyMemories(folders, { key: "k", roles: ["nfs", "source"] });
    expect(await saves()).toEqual(["nfs.save", "source.save"]);
  });

  it.each(["other", undefined])("go when the settings want the set %s; the set itself stays", async (key) => {
    await keepOnlyMemories(folders, { key, roles });
    expect(await saves()).toEqual([]);
    expect(await readFile(warm.machines.nfs?.memory ?? "", "utf8")).toBe("k nfs memory");
    expect(Object.keys(warmDisks(folders))).toEqual([...roles]);
  });

  it("are told from a managed save of the user's own", async () => {
    const own = join(saveFolder(folders), "source.save");
    await rm(own);
    await writeFile(own, "the user's");
    await keepOnlyMemories(folders, { key: "other", roles: [] });
    expect(await saves()).toEqual(["source.save"]);
  });

  it("are told from one that got the same inode when the set was gone", async () => {
    // The same file, written again: what a file system does that gives a free number to the next file.
    const own = join(saveFolder(folders), "source.save");
    await utimes(own, new Date(5000), new Date(5000));
    await keepOnlyMemories(folders, { key: "other", roles: [] });
    expect(await saves()).toEqual(["source.save"]);
  });
});

it("a lab that was started without a set keeps every managed save", async () => {
  await mkdir(saveFolder(folders), { recursive: true });
  await writeFile(join(saveFolder(folders), "nfs.save"), "the user's");
  await keepOnlyMemories(folders, { key: "k", roles: [] });
  expect(await saves()).toEqual(["nfs.save"]);
});
