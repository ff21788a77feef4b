import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { findingOf, warmServers } from "../../../cli/warm-servers";
import { putSet } from "../machines/snapshots/sample-set";

const gib = 1024 ** 3;
const hourMs = 60 * 60_000;
const set = (key: string, ageMs: number) => ({ key, bytes: gib, madeAtMs: -ageMs, usedAtMs: 0 });
const about = (fitting: string | undefined) => ({ limitBytes: 6 * gib, fitting, nowMs: 0 });

describe("the kept servers, as the doctor finds them", () => {
  test("are counted, with their size and age, and whether one fits", () => {
    expect(findingOf([set("a", 60 * hourMs), set("b", 3 * hourMs)], about("b"))).toEqual({
      what: "warm servers",
      state: "ok",
      found:
        "2 sets, 2.0 GiB of at most 6.0 GiB; newest made 3 h ago, oldest 2 days ago; one fits the default settings",
      fix: "",
    });
  });

  test("that fit nothing are made again by ./lab up", () => {
    for (const fitting of ["other", undefined]) {
      const finding = findingOf([set("a", 0)], about(fitting));
      expect(finding).toMatchObject({ state: "to make", fix: expect.stringContaining("./lab up") });
      expect(finding.found).toBe(
        "1 set, 1.0 GiB of at most 6.0 GiB; made within the hour; none fits the default settings",
      );
    }
  });

  test("are none on a new machine", () => {
    expect(findingOf([], about(undefined))).toMatchObject({ state: "to make", found: "none kept yet" });
  });
});

describe("looking at the cache", () => {
  let cache = "";
  beforeEach(async () => {
    cache = await mkdtemp(join(tmpdir(), "warm-servers-"));
    vi.stubEnv("KVMLAB_CACHE", cache);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(cache, { recursive: true, force: true });
  });

  test("needs no image and builds none", async () => {
    await putSet("a");
    expect((await warmServers()).found).toMatch(/^1 set, .*none fits the default settings$/);
  });

  test("says that the limit is wrong", async () => {
    vi.stubEnv("KVMLAB_WARM_LIMIT_GIB", "much");
    expect(await warmServers()).toMatchObject({
      state: "missing",
      found: "KVMLAB_WARM_LIMIT_GIB=much",
      fix: expect.stringContaining("unset it"),
    });
  });
});
