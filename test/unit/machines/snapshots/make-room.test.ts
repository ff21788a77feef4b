import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { makeRoom, snapshotLimitBytes, surplusBoots } from "../../../../machines/snapshots/make-room";
import { writeManifest } from "../../../../machines/snapshots/manifest";
import { describeFiles } from "../../../../machines/snapshots/snapshot-files";
import { type StoredSnapshot, storedSnapshots } from "../../../../machines/snapshots/stored-snapshots";
import { putBoot } from "./sample-boot";
import { sampleManifest } from "./sample-save";

const gib = 1024 ** 3;

describe("surplusBoots", () => {
  const reading = { kind: "damaged" } as const;
  const snapshot = (kind: StoredSnapshot["kind"], name: string, bytes: number, usedAtMs: number) => ({
    ...{ kind, name, bytes, usedAtMs, reading },
  });
  const boot = (name: string, bytes: number, usedAtMs: number) => snapshot("boot", name, bytes, usedAtMs);
  const keysOf = (snapshots: readonly StoredSnapshot[]) => snapshots.map(({ name }) => name);

  it("are never what a user saved, or what a lab is reset to, though these count", () => {
    const labs = [snapshot("lab", "mine", 8, 0), snapshot("reset", "dev", 8, 0)];
    expect(surplusBoots([...labs, boot("new", 1, 9)], 6, "new")).toEqual([]);
    expect(keysOf(surplusBoots([...labs, boot("new", 1, 9), boot("old", 1, 1)], 17, "new"))).toEqual(["old"]);
    expect(surplusBoots([...labs, boot("new", 1, 9), boot("old", 1, 1)], 18, "new")).toEqual([]);
  });

  it("are none while all together fit", () => {
    expect(surplusBoots([boot("a", 3, 1), boot("b", 3, 2)], 6, "b")).toEqual([]);
  });

  it("are those that were not used for the longest time, and no more than must go", () => {
    const sets = [boot("new", 2, 9), boot("b", 2, 3), boot("a", 2, 1), boot("c", 2, 5)];
    expect(keysOf(surplusBoots(sets, 6, "new"))).toEqual(["a"]);
    expect(keysOf(surplusBoots(sets, 4, "new"))).toEqual(["a", "b"]);
  });

  it("never hold the one just made, even if it is too large or seems to be the oldest", () => {
    expect(keysOf(surplusBoots([boot("new", 9, 0), boot("a", 1, 5)], 6, "new"))).toEqual(["a"]);
    expect(surplusBoots([boot("new", 9, 0)], 0, "new")).toEqual([]);
  });

  it("leave no more than the limit, or nothing that may go", () => {
    const kinds = fc.constantFrom<StoredSnapshot["kind"]>("boot", "lab", "reset");
    const fields = { kind: kinds, name: fc.string(), bytes: fc.nat(), usedAtMs: fc.nat() };
    const sets = fc.uniqueArray(fc.record({ ...fields, reading: fc.constant(reading) }), {
      selector: ({ name }) => name,
      minLength: 1,
    });
    fc.assert(
      fc.property(sets, fc.nat(), (all, limit) => {
        const justMade = all[0]?.name ?? "";
        const gone = surplusBoots(all, limit, justMade);
        const left = all.filter((one) => !gone.includes(one));
        const total = left.reduce((sum, { bytes }) => sum + bytes, 0);
        expect(keysOf(gone)).not.toContain(justMade);
        expect(gone.every(({ kind }) => kind === "boot")).toBe(true);
        const mayGo = left.filter(({ kind, name }) => kind === "boot" && name !== justMade);
        expect(total <= limit || mayGo.length === 0).toBe(true);
      }),
    );
  });
});

describe("the limit", () => {
  it("is 10 GiB, or what KVMLAB_SNAPSHOT_LIMIT_GIB says, or its older name", () => {
    expect(snapshotLimitBytes({})).toBe(10 * gib);
    expect(snapshotLimitBytes({ KVMLAB_SNAPSHOT_LIMIT_GIB: "" })).toBe(10 * gib);
    expect(snapshotLimitBytes({ KVMLAB_SNAPSHOT_LIMIT_GIB: "2.5", KVMLAB_WARM_LIMIT_GIB: "1" })).toBe(
      2.5 * gib,
    );
    expect(snapshotLimitBytes({ KVMLAB_WARM_LIMIT_GIB: "0" })).toBe(0);
  });

  it.each(["6 GiB", "-1", "much", "1e3", ".5"])("is not %s", (text) => {
    for (const name of ["KVMLAB_SNAPSHOT_LIMIT_GIB", "KVMLAB_WARM_LIMIT_GIB"])
      expect(() => snapshotLimitBytes({ [name]: text })).toThrow(
        new RegExp(`KVM-914[\\s\\S]*${name}=[\\s\\S]*unset it`),
      );
  });
});

describe("makeRoom", () => {
  let cache = "";
  beforeEach(async () => {
    cache = await mkdtemp(join(tmpdir(), "make-room-"));
    vi.stubEnv("KVMLAB_CACHE", cache);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(cache, { recursive: true, force: true });
  });

  it("removes booted servers alone, says which, and touches nothing that is being made or saved", async () => {
    vi.stubEnv("KVMLAB_SNAPSHOT_LIMIT_GIB", "0");
    await putBoot("old", { usedAt: new Date(1000) });
    await putBoot("new");
    const others = ["warm-hosts/other.building-1-x", "warm-hosts/new.lock", "images/host-1"];
    for (const folder of others) await mkdir(join(cache, folder), { recursive: true });
    const save = join(cache, "saves/mine");
    const resetPoint = join(cache, "labs/dev/reset-point");
    const stepState = join(cache, "labs/dev/step-states/mount");
    for (const folder of [save, resetPoint, stepState]) {
      await mkdir(join(folder, "memory"), { recursive: true });
      await writeFile(join(folder, "memory/nfs.save"), "memory".repeat(1000));
      await writeManifest(folder, { ...sampleManifest, files: await describeFiles(folder) });
    }
    const told: string[] = [];
    await makeRoom("new", (message: string) => told.push(message));
    expect(told).toEqual(["removed the kept servers old, not used for the longest time"]);
    expect((await readdir(join(cache, "warm-hosts"))).sort()).toEqual([
      "new",
      "new.lock",
      "other.building-1-x",
    ]);
    expect(await readdir(join(cache, "images"))).toEqual(["host-1"]);
    expect((await storedSnapshots()).map(({ kind, name, reading }) => [kind, name, reading.kind])).toEqual([
      ["boot", "new", "manifest"],
      ["lab", "mine", "manifest"],
      ["reset", "dev", "manifest"],
      ["reset", "dev/mount", "manifest"],
    ]);
  });
});
