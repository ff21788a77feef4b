import {
  copyFile,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
} from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findHypervisor, inHypervisor } from "../../machines/hypervisor";
import { readUnfinished } from "../../machines/snapshots/journal";
import { stagingFolder } from "../../machines/snapshots/lab-places";
import { manifestFile, readManifest, writeManifest } from "../../machines/snapshots/manifest";
import { manifestOf } from "../../machines/snapshots/stored-saves";
import { cacheDir } from "../../toolchain/cache";
import { exerciseSaveRestore } from "./exercise-save-restore";
import { Inside, type Truth } from "./inside";
import { jsonOf, lab, start } from "./lab-command";
import { expectOneWhole } from "./moving";
import { noLab } from "./no-lab";
import {
  back,
  expectMounts,
  expectNoChange,
  name,
  refused,
  saved,
  savesThere,
  signalAt,
  stack,
  truth,
  well,
} from "./saved-lab";

const save = "of-the-tests";
const project = resolve(__dirname, "../..");

/** A folder that is this test's alone, on the disk of the caches. */
let folder = "";
let before: Truth;

/** Whatever changes the lab or its state sets it going first: `state --help` does so in the shortest time. */
const other = ["pulumi", "--lab", name, "state", "--help"];
const nextCommand = { memory: ["up", name], disks: other, sealing: other } as const;

/** Of a save that did not come to its end. */
async function expectNothingLeft(): Promise<void> {
  expectOneWhole(before, await truth());
  await expect(stat(stagingFolder(stack.folder))).rejects.toThrow("ENOENT");
  expect(await readUnfinished(stack.folder)).toBeUndefined();
}

// One story, one lab: each test goes on where the one before it ended.
describe("a lab that is saved and restored", () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "saved-lab-"));
    await noLab();
    await lab(["saves", "--remove", save], 60);
    await lab(["saves", "--remove", "killed"], 60);
    const { stdout } = await well(["up", name], 900);
    expect(stdout).toContain("kept for ./lab reset");
    before = await truth();
    expect(before.runningOn).toEqual(["source"]);
  });
  afterAll(async () => {
    await lab(["down", name], 120);
    await lab(["saves", "--remove", save], 60);
    await rm(folder, { recursive: true, force: true });
  });

  test("a save is small, and the lab goes on: the same guest, the mounts, nothing to change", async () => {
    const result = saved.parse(jsonOf(await well(["save", save, "--lab", name, "--json"])));
    expect(result.bytes).toBeLessThan(1.2 * 1024 ** 3);
    expectOneWhole(before, await truth());
    await expectMounts();
    expect((await stat(join(cacheDir(), "saves", save))).mode & 0o777).toBe(0o700);
  });

  test("so it is while the guest computes all the time", { tags: "long" }, async () => {
    const inside = await Inside.open(name);
    // More than it can write in a second.
    await inside.load(16_000_000);
    await well(["save", save, "--lab", name, "--force"]);
    await inside.load(0);
    inside.close();
    expectOneWhole(before, await truth());
  });

  test("its name is taken, and other names are none", async () => {
    await refused(["save", save, "--lab", name], "KVM-931");
    await refused(["save", "../x", "--lab", name], "KVM-930");
    await refused(["restore", "of-the-test"], "KVM-932");
  });

  test("it is not restored over a lab that runs, which goes on", async () => {
    await refused(["restore", save], "KVM-938");
    expectOneWhole(before, await truth());
  });

  // Each of them leaves the servers paused, all the way to the last one, where they run and files are left.
  test.each(["memory", "disks", "sealing"] as const)(
    "killed while it is %s, the lab goes on, and so does the next command",
    { tags: "long" },
    async (stage) => {
      await signalAt(stage, "SIGKILL");
      expect((await savesThere()).map((one) => one.name)).not.toContain("killed");
      await well(nextCommand[stage], 300);
      await expectNothingLeft();
    },
  );

  test.each(["memory", "sealing"] as const)(
    "Ctrl-C while it is %s: the lab goes on",
    { tags: "long" },
    async (stage) => {
      const { exitCode, all, stderr } = await signalAt(stage, "SIGINT");
      expect(exitCode, all).toBe(130);
      expect(stderr).toContain("KVM-904");
      expect((await savesThere()).map((one) => one.name)).not.toContain("killed");
      await expectNothingLeft();
    },
  );

  test("a disk that fills up during the save is said; the lab goes on, the earlier save is whole", {
    tags: "long",
  }, async () => {
    const hypervisor = await findHypervisor(name);
    if (!hypervisor) throw new Error("no hypervisor");
    // Only libvirtd meets this disk: what ./lab foresees is the other one, which is large.
    const staging = stagingFolder(stack.folder);
    const mount = ["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", stack.folder];
    expect((await inHypervisor(hypervisor, mount)).exitCode).toBe(0);
    expect((await inHypervisor(hypervisor, ["mkdir", "-p", join(staging, "memory")])).exitCode).toBe(0);
    try {
      await refused(["save", "too-large", "--lab", name], "KVM-934");
    } finally {
      await inHypervisor(hypervisor, ["umount", stack.folder]);
    }
    expectOneWhole(before, await truth());
    expect((await savesThere()).map((one) => one.name)).toContain(save);
  });

  test("saved to its end and restored it runs where it stopped, and Pulumi finds nothing to change", async () => {
    await well(["save", save, "--lab", name, "--force", "--stop"]);
    expect(await findHypervisor(name)).toBeUndefined();
    // Two at once: one of them brings it back, the other is told so.
    const [first, second] = await Promise.all([
      lab(["restore", save, "--json"], 300),
      lab(["restore", save, "--json"], 300),
    ]);
    const [won, lost] = first.exitCode === 0 ? [first, second] : [second, first];
    expect(won.exitCode, `${first.all}\n${second.all}`).toBe(0);
    expect(lost.stderr, lost.all).toMatch(/KVM-907|KVM-938/);
    const told = back.parse(jsonOf(won));
    expect(told.guest).toMatchObject({ runningOn: "source", bootId: before.status?.bootId });
    expectOneWhole(before, await truth());
    await expectMounts();
    await expectNoChange();
  });

  test("a restore that was killed is told, refused by up, and begun again by the same command", {
    tags: "long",
  }, async () => {
    const running = start(["restore", save, "--replace"], 200);
    void running.catch(() => undefined);
    const limit = performance.now() + 120_000;
    while ((await readUnfinished(stack.folder).catch(() => undefined))?.work !== "restore") {
      if (performance.now() > limit) throw new Error("the restore never began");
      await sleep(20);
    }
    running.kill("SIGKILL");
    await running;
    await refused(["up", name], "KVM-939");
    await well(["restore", save]);
    expectOneWhole(before, await truth());
  });

  test("reset returns to what was restored, whatever was done since", async () => {
    const inside = await Inside.open(name);
    await inside.on("nfs", "touch /migration/of-the-first-group");
    inside.close();
    const told = back.parse(jsonOf(await well(["reset", name, "--json"])));
    expect(told.guest.bootId).toBe(before.status?.bootId);
    const again = await Inside.open(name);
    expect(await again.on("nfs", "ls /migration")).not.toContain("of-the-first-group");
    again.close();
    expectOneWhole(before, await truth());
    await expectNoChange();
  });

  test(
    "the exercise: a guest is saved, broken, and restored with its disk",
    {
      tags: "long",
      timeout: 600_000,
    },
    () => exerciseSaveRestore(name),
  );

  describe("as one file", () => {
    const file = () => join(folder, "saved.lab.age");
    const key = () => join(folder, "id_ed25519");
    const there = () => join(homedir(), ".cache", `kvm-migration-lab-imported-${process.pid}`);
    const inOtherCache = (args: readonly string[], limitSeconds = 300) =>
      execa(join(project, "lab"), [...args], {
        reject: false,
        all: true,
        timeout: limitSeconds * 1000,
        cwd: "/",
        env: { KVMLAB_CACHE: there() },
      });
    afterAll(async () => {
      await inOtherCache(["down", name]);
      await rm(there(), { recursive: true, force: true });
    });

    test("it is exported once, encrypted, and not over another file", async () => {
      await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key()]);
      const exported = await well(["export", save, file(), "--encrypt-to", `${key()}.pub`], 600);
      expect(exported.stdout).toContain("encrypted");
      expect((await stat(file())).mode & 0o777).toBe(0o600);
      await refused(["export", save, file()], "KVM-931");
    });

    test("without the key that it was encrypted to it is not imported", async () => {
      await refused(["import", file(), "--name", "from-elsewhere"], "KVM-942");
      expect((await readdir(join(cacheDir(), "saves"))).filter((one) => one.startsWith("."))).toEqual([]);
    });

    test("in another cache it is imported and restored, beside the first, with nothing to change", async () => {
      await mkdir(there());
      // What takes minutes to make is the same there.
      for (const kind of ["pulumi", "pulumi-home", "go", "libvirt-sdk", "images", "acceleration"])
        await symlink(join(cacheDir(), kind), join(there(), kind)).catch(() => undefined);
      const words = ["import", file(), "--name", "from-elsewhere", "--identity", key()];
      const imported = await inOtherCache(words, 600);
      expect(imported.exitCode, imported.all).toBe(0);
      const restored = await inOtherCache(["restore", "from-elsewhere", "--json"]);
      expect(restored.exitCode, restored.all).toBe(0);
      expect(restored.stdout).toContain(before.status?.bootId);
      const preview = ["preview", "--expect-no-changes", "--diff", "--non-interactive", "--color", "never"];
      const unchanged = await inOtherCache(["pulumi", "--lab", name, ...preview]);
      expect(unchanged.exitCode, unchanged.all).toBe(0);
      // The same lab twice, each in its own namespaces.
      expectOneWhole(before, await truth());
    });

    test("cut off or changed it is refused, and leaves nothing", async () => {
      const short = join(folder, "short.zst");
      await copyFile(file(), short);
      await truncate(short, Math.floor((await stat(file())).size * 0.9));
      await refused(["import", short, "--name", "short", "--identity", key()], "KVM-942");
      await refused(["import", join(project, "package.json"), "--name", "none"], "KVM-942");
      expect((await savesThere()).map((one) => one.name)).not.toContain("short");
    });
  });

  test("a save of other versions is refused, with all that differs", async () => {
    const saveFolder = join(cacheDir(), "saves", save);
    const manifest = manifestOf(await readManifest(saveFolder), save);
    // A file of its own: the reset point is a link to the old one.
    await rm(join(saveFolder, manifestFile));
    await writeManifest(saveFolder, {
      ...manifest,
      machine: { ...manifest.machine, qemu: "99.1.0", acceleration: "kvm" },
    });
    const { stderr } = await refused(["restore", save, "--replace"], "KVM-937");
    expect(stderr).toMatch(/QEMU: saved with 99\.1\.0, here[\s\S]*acceleration: saved with kvm/);
    expect((await lab(["saves"], 60)).stdout).toContain("no: QEMU");
    await writeManifest(saveFolder, manifest);
    expectOneWhole(before, await truth());
  });

  test("a save with one changed bit is refused, and the lab that runs is unharmed", async () => {
    const memory = join(cacheDir(), "saves", save, "memory/nfs.save");
    const handle = await open(memory, "r+");
    const [byte = 0] = (await handle.read(Buffer.alloc(1), 0, 1, 1_000_000)).buffer;
    await handle.write(Buffer.from([byte ^ 1]), 0, 1, 1_000_000);
    await handle.close();
    const result = await refused(["restore", save, "--replace"], "KVM-936");
    expect(result.stderr).toContain("memory/nfs.save was changed");
    await refused(["export", save, join(folder, "x.zst")], "KVM-936");
    expectOneWhole(before, await truth());
    expect(await readFile(join(stack.folder, "hypervisor.json"), "utf8")).toContain(name);
  });
});
