import { mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { sealSet, usableSet, warmSets } from "../../../../machines/snapshots/warm-set";
import { putSet } from "./sample-set";

let cache = "";
let told: string[] = [];
const progress = (message: string) => void told.push(message);
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), "warm-set-"));
  vi.stubEnv("KVMLAB_CACHE", cache);
  told = [];
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(cache, { recursive: true, force: true });
});

describe("a set that is whole", () => {
  it("is used: each server's disk and memory", async () => {
    const folder = await putSet("k");
    const at = (name: string) => join(folder, name);
    expect(await usableSet("k", progress)).toEqual({
      key: "k",
      machines: {
        nfs: { disk: at("nfs.qcow2"), memory: at("nfs.save") },
        source: { disk: at("source.qcow2"), memory: at("source.save") },
        target: { disk: at("target.qcow2"), memory: at("target.save") },
      },
    });
    expect(told).toEqual([]);
  });

  it("is the most recently used one from then on, and no younger", async () => {
    const folder = await putSet("k", { usedAt: new Date(1000) });
    const [before] = await warmSets();
    await usableSet("k", progress);
    const [after] = await warmSets();
    expect(before).toMatchObject({ key: "k", usedAtMs: 1000 });
    expect(after?.usedAtMs).toBeGreaterThan(Date.now() - 60_000);
    expect(after?.madeAtMs).toBe((await stat(join(folder, "manifest.json"))).mtimeMs);
  });
});

it("of another key is none", async () => {
  await putSet("k");
  expect(await usableSet("other", progress)).toBeUndefined();
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
  "a manifest of something else": (folder) => writeFile(join(folder, "manifest.json"), '{"nfs.save": 3}'),
  "a manifest that was written when a file was missing": async (folder) => {
    await rm(join(folder, "target.save"));
    await sealSet(folder);
  },
};

it.each(Object.keys(damages))("with %s is not used, removed, and said", async (name) => {
  await putSet("good");
  await damages[name]?.(await putSet("k"));
  expect(await usableSet("k", progress)).toBeUndefined();
  expect(told).toEqual(["the kept memory of the servers is damaged: it is made again"]);
  expect(await readdir(join(cache, "warm-hosts"))).toEqual(["good"]);
});

it("that is not finished is not counted", async () => {
  await putSet("k", { fileBytes: 10_000 });
  await mkdir(join(cache, "warm-hosts/x.building-1-y"));
  await mkdir(join(cache, "warm-hosts/k.lock"));
  const sets = await warmSets();
  expect(sets.map(({ key }) => key)).toEqual(["k"]);
  expect(sets[0]?.bytes).toBeGreaterThanOrEqual(60_000);
});
