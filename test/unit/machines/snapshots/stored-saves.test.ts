import { link, mkdir, mkdtemp, readdir, readFile, rename, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { writeManifest } from "../../../../machines/snapshots/manifest";
import { checkSaveName, saveFolderOf } from "../../../../machines/snapshots/save-name";
import { describeFiles, differences } from "../../../../machines/snapshots/snapshot-files";
import { findSave, publish, refuseTakenName, removeSave } from "../../../../machines/snapshots/stored-saves";
import { storedSnapshots } from "../../../../machines/snapshots/stored-snapshots";
import { sampleManifest } from "./sample-save";

let cache = "";
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), "saves-"));
  vi.stubEnv("KVMLAB_CACHE", cache);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  vi.useRealTimers();
  await rm(cache, { recursive: true, force: true });
});

const saves = () => readdir(join(cache, "saves"));

/** A complete folder with one file, not published yet. */
async function complete(content: string): Promise<string> {
  const folder = join(cache, "labs/dev/saving");
  await mkdir(folder, { recursive: true });
  await mkdir(join(cache, "saves"), { recursive: true });
  await writeFile(join(folder, "state.json"), content);
  await writeManifest(folder, { ...sampleManifest, files: await describeFiles(folder) });
  return folder;
}

const put = async (name: string, content = "x") => publish(await complete(content), saveFolderOf(name));
const contentOf = (name: string) => readFile(join(saveFolderOf(name), "state.json"), "utf8");

test.each(["a", "Before-class_2.1", "-x", "_"])("%j is a name", (name) => {
  expect(checkSaveName(name)).toBe(name);
});

test.each(["", ".hidden", "..", "a/b", "a b", "ä", "x".repeat(101), "a\n"])("%j is none: KVM-930", (name) => {
  expect(() => checkSaveName(name)).toThrow("KVM-930");
});

describe("saves in the cache", () => {
  test("are listed by name with their manifests", async () => {
    await put("b");
    await put("a");
    const found = await storedSnapshots();
    expect(found.map(({ kind, name, reading }) => [kind, name, reading.kind])).toEqual([
      ["lab", "a", "manifest"],
      ["lab", "b", "manifest"],
    ]);
  });

  test("one that is not there is KVM-932 and names the nearest", async () => {
    await put("before-class");
    await expect(findSave("before-clas")).rejects.toThrow(/KVM-932[\s\S]*did you mean before-class/);
  });

  test("a name that is taken is KVM-931, unless it is to be replaced", async () => {
    await put("a", "old");
    await expect(refuseTakenName("a", false)).rejects.toThrow("KVM-931");
    await refuseTakenName("a", true);
    await put("a", "new");
    expect(await contentOf("a")).toBe("new");
    expect(await saves()).toEqual(["a"]);
  });

  test("removed they leave nothing", async () => {
    await put("a");
    await removeSave("a");
    expect(await saves()).toEqual([]);
  });

  test("a replacement that was killed between its two renames leaves the old one", async () => {
    await put("a", "old");
    await rename(saveFolderOf("a"), join(cache, "saves/.a.replaced"));
    vi.useFakeTimers({ now: Date.now() + 10_000, toFake: ["Date"] });
    expect(await findSave("a")).toBe(saveFolderOf("a"));
    expect(await contentOf("a")).toBe("old");
  });

  test("what killed processes were at is cleared away, what live ones are at is not", async () => {
    await put("a");
    const dead = 2 ** 22 + 1;
    for (const name of [`.b.importing-${dead}`, `.c.removed-${dead}`, `.d.importing-${process.pid}`])
      await mkdir(join(cache, "saves", name));
    await storedSnapshots();
    expect((await saves()).sort()).toEqual([`.d.importing-${process.pid}`, "a"]);
  });
});

describe("a save's files against its manifest", () => {
  const found = async () => {
    const folder = await complete("state");
    await mkdir(join(folder, "memory"));
    await writeFile(join(folder, "memory/nfs.save"), "memory");
    return { folder, manifest: { files: await describeFiles(folder) } };
  };

  test("a whole one has no differences, whatever its times", async () => {
    const { folder, manifest } = await found();
    await utimes(join(folder, "memory/nfs.save"), 1, 1);
    expect(differences(manifest, await describeFiles(folder))).toEqual([]);
  });

  test("what is the same file in a save that is known is taken from there, and not read again", async () => {
    const { folder, manifest } = await found();
    const other = join(cache, "other");
    await mkdir(join(other, "memory"), { recursive: true });
    await link(join(folder, "state.json"), join(other, "state.json"));
    await writeFile(join(other, "memory/nfs.save"), "MEMORY");
    await writeFile(join(folder, "state.json"), "STATE");
    const described = await describeFiles(other, { folder, manifest });
    expect(differences(manifest, described)).toEqual(["memory/nfs.save was changed"]);
    expect(differences(manifest, await describeFiles(other))).toHaveLength(2);
  });

  test("each that is cut off, changed, missing or strange is named", async () => {
    const { folder, manifest } = await found();
    await writeFile(join(folder, "state.json"), "stat?");
    await writeFile(join(folder, "memory/nfs.save"), "mem");
    await writeFile(join(folder, "more"), "");
    const missing = { path: "memory/source.save", bytes: 1, sha256: "a".repeat(64) };
    const expected = { files: [...manifest.files, missing] };
    expect(differences(expected, await describeFiles(folder))).toEqual([
      "memory/nfs.save has 3 bytes instead of 6",
      "state.json was changed",
      "memory/source.save is missing",
      "more does not belong to it",
    ]);
  });
});
