import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { removeSurplus, surplusSets } from "../../../../machines/snapshots/surplus";
import { warmLimitBytes } from "../../../../machines/snapshots/warm-limit";
import type { WarmSet } from "../../../../machines/snapshots/warm-set";
import { putSet } from "./sample-set";

const gib = 1024 ** 3;

describe("surplusSets", () => {
  const set = (key: string, bytes: number, usedAtMs: number): WarmSet => ({
    key,
    bytes,
    usedAtMs,
    madeAtMs: 0,
  });
  const keysOf = (sets: readonly WarmSet[]) => sets.map(({ key }) => key);

  it("are none while all together fit", () => {
    expect(surplusSets([set("a", 3, 1), set("b", 3, 2)], 6, "b")).toEqual([]);
  });

  it("are those that were not used for the longest time, and no more than must go", () => {
    const sets = [set("new", 2, 9), set("b", 2, 3), set("a", 2, 1), set("c", 2, 5)];
    expect(keysOf(surplusSets(sets, 6, "new"))).toEqual(["a"]);
    expect(keysOf(surplusSets(sets, 4, "new"))).toEqual(["a", "b"]);
  });

  it("never hold the one just made, even if it is too large or seems to be the oldest", () => {
    expect(keysOf(surplusSets([set("new", 9, 0), set("a", 1, 5)], 6, "new"))).toEqual(["a"]);
    expect(surplusSets([set("new", 9, 0)], 0, "new")).toEqual([]);
  });

  it("leave no more than the limit, or the one just made alone", () => {
    const sets = fc.uniqueArray(
      fc.record({ key: fc.string(), bytes: fc.nat(), usedAtMs: fc.nat(), madeAtMs: fc.nat() }),
      { selector: ({ key }) => key, minLength: 1 },
    );
    fc.assert(
      fc.property(sets, fc.nat(), (all, limit) => {
        const justMade = all[0]?.key ?? "";
        const gone = surplusSets(all, limit, justMade);
        const left = all.filter((one) => !gone.includes(one));
        const total = left.reduce((sum, { bytes }) => sum + bytes, 0);
        expect(keysOf(gone)).not.toContain(justMade);
        expect(total <= limit || keysOf(left).join() === justMade).toBe(true);
      }),
    );
  });
});

describe("the limit", () => {
  it("is 6 GiB, or what KVMLAB_WARM_LIMIT_GIB says", () => {
    expect(warmLimitBytes({})).toBe(6 * gib);
    expect(warmLimitBytes({ KVMLAB_WARM_LIMIT_GIB: "" })).toBe(6 * gib);
    expect(warmLimitBytes({ KVMLAB_WARM_LIMIT_GIB: "2.5" })).toBe(2.5 * gib);
    expect(warmLimitBytes({ KVMLAB_WARM_LIMIT_GIB: "0" })).toBe(0);
  });

  it.each(["6 GiB", "-1", "much", "1e3", ".5"])("is not %s", (text) => {
    expect(() => warmLimitBytes({ KVMLAB_WARM_LIMIT_GIB: text })).toThrow(/KVM-914[\s\S]*unset it/);
  });
});

describe("removeSurplus", () => {
  let cache = "";
  beforeEach(async () => {
    cache = await mkdtemp(join(tmpdir(), "surplus-"));
    vi.stubEnv("KVMLAB_CACHE", cache);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(cache, { recursive: true, force: true });
  });

  it("removes folders of sets alone, says which, and touches none that is being made", async () => {
    vi.stubEnv("KVMLAB_WARM_LIMIT_GIB", "0");
    await putSet("old", { usedAt: new Date(1000) });
    await putSet("new");
    const others = ["warm-hosts/other.building-1-x", "warm-hosts/new.lock", "images/host-1"];
    for (const folder of others) await mkdir(join(cache, folder), { recursive: true });
    const told: string[] = [];
    await removeSurplus("new", (message) => told.push(message));
    expect(told).toEqual(["removed the kept servers old, not used for the longest time"]);
    expect((await readdir(join(cache, "warm-hosts"))).sort()).toEqual([
      "new",
      "new.lock",
      "other.building-1-x",
    ]);
    expect(await readdir(join(cache, "images"))).toEqual(["host-1"]);
  });
});
