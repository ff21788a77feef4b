import { link, mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { buildOnce } from "../../../../toolchain/cache";
import {
  bytesOf,
  cachedKeys,
  keysBeingMade,
  removeCached,
  removeUnfinished,
} from "../../../../toolchain/cached-folders";
import { processMark } from "../../../../toolchain/process-mark";

let cache = "";
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), "cached-folders-"));
  vi.stubEnv("KVMLAB_CACHE", cache);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(cache, { recursive: true, force: true });
});

const put = async (path: string, content = "x") => {
  await mkdir(join(cache, path), { recursive: true });
  await writeFile(join(cache, path, "file"), content);
};
/** Above the largest process id that Linux gives. */
const nobody = 4_194_999;

it("knows what is finished from what is being made", async () => {
  await put("kind/done");
  await buildOnce("kind", "other", async () => {
    expect(await cachedKeys("kind")).toEqual(["done"]);
    expect(await keysBeingMade("kind")).toEqual(["other"]);
  });
  expect(await cachedKeys("kind")).toEqual(["done", "other"]);
  expect(await keysBeingMade("kind")).toEqual([]);
  expect(await cachedKeys("no-such-kind")).toEqual([]);
});

it("takes the lock of a process that was killed for none", async () => {
  await mkdir(join(cache, "kind/key.lock"), { recursive: true });
  await utimes(join(cache, "kind/key.lock"), 1, 1);
  expect(await keysBeingMade("kind")).toEqual([]);
});

it("removes what is there, and bears what is gone already", async () => {
  await put("kind/a");
  await put("kind/b");
  await removeCached("kind", "a");
  await removeCached("kind", "a");
  expect(await readdir(join(cache, "kind"))).toEqual(["b"]);
});

it("clears what killed processes had begun, and nothing of one that lives", async () => {
  const living = `b.building-${processMark()}-y`;
  for (const name of [`a.building-${nobody}-x`, `c.building-${nobody}-removed`, living, "d"])
    await put(`kind/${name}`, "z".repeat(9000));
  expect(await removeUnfinished("kind")).toBeGreaterThanOrEqual(18_000);
  expect((await readdir(join(cache, "kind"))).sort()).toEqual([living, "d"]);
});

it("counts apart what has another name elsewhere", async () => {
  await put("kind/a", "a".repeat(9000));
  await writeFile(join(cache, "kind/a/shared"), "s".repeat(9000));
  await link(join(cache, "kind/a/shared"), join(cache, "elsewhere"));
  const { own, linked } = await bytesOf(join(cache, "kind/a"));
  expect(own).toBe(linked);
  expect(own).toBeGreaterThanOrEqual(9000);
});
