import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { buildOnce, cacheDir, cached, contentKey, labDir } from "../../../../toolchain/cache";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kvmlab-cache-"));
  vi.stubEnv("KVMLAB_CACHE", folder);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

function inProcess(...args: string[]) {
  const program = join(__dirname, "build-in-process.ts");
  return execa(process.execPath, ["toolchain/programs/run.cjs", program, ...args], {
    reject: false,
    timeout: 30_000,
  });
}

describe("cacheDir", () => {
  it("is KVMLAB_CACHE, else in XDG_CACHE_HOME, else in the home folder", () => {
    expect(cacheDir()).toBe(folder);
    vi.stubEnv("KVMLAB_CACHE", "");
    vi.stubEnv("XDG_CACHE_HOME", "/somewhere");
    expect(cacheDir()).toBe("/somewhere/kvm-migration-lab");
    vi.stubEnv("XDG_CACHE_HOME", "");
    expect(cacheDir()).toMatch(/\/\.cache\/kvm-migration-lab$/);
  });

  it("has a folder for each lab", () => {
    expect(labDir("dev")).toBe(join(folder, "labs", "dev"));
  });
});

describe("contentKey", () => {
  it("is short, and the same for the same parts as text or bytes", () => {
    expect(contentKey(["a", "b"])).toMatch(/^[0-9a-f]{16}$/);
    expect(contentKey(["a", Buffer.from("b")])).toBe(contentKey(["a", "b"]));
  });

  it("tells apart what was cut differently", () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.array(fc.string()), (one, other) => {
        const same = one.length === other.length && one.every((part, index) => part === other[index]);
        expect(contentKey(one) === contentKey(other)).toBe(same);
      }),
    );
    expect(contentKey(["ab", "c"])).not.toBe(contentKey(["a", "bc"]));
    expect(contentKey(["a", ""])).not.toBe(contentKey(["a"]));
  });
});

describe("buildOnce", () => {
  it("says that it waits for another process", async () => {
    const other = inProcess(join(folder, "log"), "1500");
    await vi.waitFor(async () => expect(await readdir(join(folder, "things"))).toContain("one.lock"), 10_000);
    const messages: string[] = [];
    await buildOnce(
      "things",
      "one",
      () => Promise.reject(new Error("built twice")),
      (message) => messages.push(message),
    );
    expect(messages).toEqual(["waiting for another process that makes things/one"]);
    await other;
  });

  it("builds the first time only", async () => {
    const build = vi.fn((staging: string) => writeFile(join(staging, "file"), "made"));
    const first = await buildOnce("kind", "key", build);
    const second = await buildOnce("kind", "key", build);
    expect(first).toBe(join(folder, "kind", "key"));
    expect(second).toBe(first);
    expect(build).toHaveBeenCalledTimes(1);
    expect(await readFile(join(first, "file"), "utf8")).toBe("made");
    expect(await cached("kind", "key")).toBe(first);
    expect(await readdir(join(folder, "kind"))).toEqual(["key"]);
  });

  it("leaves nothing of a build that failed, and tries again the next time", async () => {
    const failing = buildOnce("kind", "key", async (staging) => {
      await writeFile(join(staging, "half"), "");
      throw new Error("no space left");
    });
    await expect(failing).rejects.toThrow("no space left");
    expect(await cached("kind", "key")).toBeUndefined();
    expect(await readdir(join(folder, "kind"))).toEqual([]);
    await buildOnce("kind", "key", async () => undefined);
    expect(await cached("kind", "key")).toBeDefined();
  });

  it("builds once for callers in several processes; the others wait for it", async () => {
    const log = join(folder, "log");
    const results = await Promise.all([1, 2, 3].map(() => inProcess(log, "300")));
    expect(results.map((result) => result.stdout)).toEqual(Array(3).fill(join(folder, "things", "one")));
    expect((await readFile(log, "utf8")).trim().split("\n")).toHaveLength(1);
    expect(await readdir(join(folder, "things", "one"))).toEqual(["half", "whole"]);
  });

  it("clears away what a killed builder left behind and builds again", async () => {
    const log = join(folder, "log");
    await inProcess(log, "0", "crash");
    const left = await readdir(join(folder, "things"));
    expect(left.some((name) => name.startsWith("one.building-"))).toBe(true);
    expect(left).not.toContain("one");

    // Half a minute later: its lock has gone stale.
    const then = Date.now() / 1000 - 30;
    await utimes(join(folder, "things", "one.lock"), then, then);
    await buildOnce("things", "one", async () => undefined);
    expect(await readdir(join(folder, "things"))).toEqual(["one"]);
  });
});
