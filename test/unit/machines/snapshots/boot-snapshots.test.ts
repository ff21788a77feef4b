import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { sealBoot, usableBoot } from "../../../../machines/snapshots/boot-snapshots";
import { readManifest } from "../../../../machines/snapshots/manifest";
import { storedSnapshots } from "../../../../machines/snapshots/stored-snapshots";
import { putBoot } from "./sample-boot";

let cache = "";
let told: string[] = [];
const progress = (message: string) => void told.push(message);
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), "boot-snapshots-"));
  vi.stubEnv("KVMLAB_CACHE", cache);
  told = [];
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(cache, { recursive: true, force: true });
});

describe("booted servers that are whole", () => {
  it("are used: each server's disk and memory", async () => {
    const folder = await putBoot("k");
    const at = (name: string) => join(folder, name);
    expect(await usableBoot("k", progress)).toEqual({
      key: "k",
      machines: {
        nfs: { disk: at("nfs.qcow2"), memory: at("nfs.save") },
        source: { disk: at("source.qcow2"), memory: at("source.save") },
        target: { disk: at("target.qcow2"), memory: at("target.save") },
      },
    });
    expect(told).toEqual([]);
  });

  it("are the most recently used ones from then on, and no younger", async () => {
    const folder = await putBoot("k", { usedAt: new Date(1000) });
    const made = await readManifest(folder);
    const [before] = await storedSnapshots();
    await usableBoot("k", progress);
    const [after] = await storedSnapshots();
    expect(before).toMatchObject({ kind: "boot", name: "k", usedAtMs: 1000 });
    expect(after?.usedAtMs).toBeGreaterThan(Date.now() - 60_000);
    expect(after?.reading).toEqual(made);
  });
});

it("of another key are none", async () => {
  await putBoot("k");
  expect(await usableBoot("other", progress)).toBeUndefined();
  expect(told).toEqual([]);
  expect(await readdir(join(cache, "warm-hosts"))).toEqual(["k"]);
});

const damages: Record<string, (folder: string) => Promise<unknown>> = {
  "a bit that fell over": async (folder) => {
    const bytes = await readFile(join(folder, "source.save"));
    bytes.writeUInt8(bytes.readUInt8(3) ^ 1, 3);
    await writeFile(join(folder, "source.save"), bytes);
  },
  "a file cut short": (folder) => truncate(join(folder, "nfs.qcow2"), 3),
  "a missing file": (folder) => rm(join(folder, "target.save")),
  "a missing manifest": (folder) => rm(join(folder, "manifest.json")),
  "a manifest cut short": (folder) => truncate(join(folder, "manifest.json"), 40),
  "an empty manifest": (folder) => writeFile(join(folder, "manifest.json"), "{}"),
  "a manifest as older ones have it": (folder) => writeFile(join(folder, "manifest.json"), '{"nfs.save": 3}'),
  "a file that does not belong to them": (folder) => writeFile(join(folder, "more"), ""),
  "a manifest that was written when a file was missing": async (folder) => {
    await rm(join(folder, "target.save"));
    await sealBoot(folder, "k");
  },
};

it.each(Object.keys(damages))("with %s are not used, removed, and said", async (name) => {
  await putBoot("good");
  await damages[name]?.(await putBoot("k"));
  expect(await usableBoot("k", progress)).toBeUndefined();
  expect(told).toEqual(["the kept memory of the servers is damaged: it is made again"]);
  expect(await readdir(join(cache, "warm-hosts"))).toEqual(["good"]);
});

it("that are not finished are not counted", async () => {
  await putBoot("k", { fileBytes: 10_000 });
  await mkdir(join(cache, "warm-hosts/x.building-1-y"));
  await mkdir(join(cache, "warm-hosts/k.lock"));
  const snapshots = await storedSnapshots();
  expect(snapshots.map(({ name }) => name)).toEqual(["k"]);
  expect(snapshots[0]?.bytes).toBeGreaterThanOrEqual(60_000);
});
