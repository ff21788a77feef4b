import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { findingOf, snapshotsFinding } from "../../../cli/snapshots-finding";
import type { StoredSnapshot } from "../../../machines/snapshots/stored-snapshots";
import { putBoot } from "../machines/snapshots/sample-boot";
import { sampleManifest } from "../machines/snapshots/sample-save";

const gib = 1024 ** 3;
const hourMs = 60 * 60_000;
const snapshot = (kind: StoredSnapshot["kind"], name: string, ageMs = 0): StoredSnapshot => ({
  ...{ kind, name, bytes: gib, usedAtMs: 0 },
  reading: { kind: "manifest", manifest: { ...sampleManifest, createdAt: new Date(-ageMs).toISOString() } },
});
const about = (fitting: string | undefined) => ({ limitBytes: 6 * gib, fitting, misfits: [], nowMs: 0 });

describe("all snapshots, as the doctor finds them", () => {
  test("are counted by kind, with the room of all together, and whether servers fit", () => {
    const all = [
      snapshot("boot", "a", 60 * hourMs),
      snapshot("boot", "b", 3 * hourMs),
      ...[snapshot("lab", "mine"), snapshot("reset", "dev")],
    ];
    expect(findingOf(all, about("b"))).toEqual({
      what: "snapshots",
      state: "ok",
      found:
        "4.0 GiB of at most 6.0 GiB; booted servers: 2, newest made 3 h ago, one fits the default settings; 1 saved lab; 1 for ./lab reset and ./lab catch-up",
      fix: "",
    });
  });

  test("servers that fit nothing are made by ./lab up", () => {
    for (const fitting of ["other", undefined]) {
      const finding = findingOf([snapshot("boot", "a")], about(fitting));
      expect(finding).toMatchObject({ state: "to make", fix: expect.stringContaining("./lab up") });
      expect(finding.found).toContain("newest made within the hour, none fits the default settings");
    }
    expect(findingOf([], about(undefined)).found).toContain("no booted servers yet");
  });

  test("saves that are not for this machine are named", () => {
    const finding = findingOf([snapshot("lab", "mine")], { ...about(undefined), misfits: ["mine"] });
    expect(finding.found).toContain("1 saved lab, not for this machine: mine");
  });
});

describe("looking at the cache", () => {
  let cache = "";
  beforeEach(async () => {
    cache = await mkdtemp(join(tmpdir(), "snapshots-finding-"));
    vi.stubEnv("KVMLAB_CACHE", cache);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(cache, { recursive: true, force: true });
  });

  test("needs no image and builds none", async () => {
    await putBoot("a");
    expect((await snapshotsFinding()).found).toContain("none fits the default settings");
  });

  test("says that the limit is wrong", async () => {
    vi.stubEnv("KVMLAB_SNAPSHOT_LIMIT_GIB", "much");
    expect(await snapshotsFinding()).toMatchObject({
      state: "missing",
      found: "KVMLAB_SNAPSHOT_LIMIT_GIB=much",
      fix: expect.stringContaining("unset it"),
    });
  });
});
