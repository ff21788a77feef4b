import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Go } from "../../../../toolchain/pulumi/go";
import { buildGoPrograms, builtGoProgram, goCacheEnvironment } from "../../../../toolchain/pulumi/go-build";
import {
  engineProgram,
  languageHostProgram,
  libvirtPluginProgram,
} from "../../../../toolchain/pulumi/go-programs";
import { callsOf, fakeProgram } from "./fake-program";

let folder: string;
let go: Go;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kvmlab-go-"));
  vi.stubEnv("KVMLAB_CACHE", join(folder, "cache"));
  vi.stubEnv("GOMODCACHE", undefined);
  vi.stubEnv("GOCACHE", undefined);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

/** A Go whose `build` does what the script says; $output is the file to make. */
async function goThat(script: string): Promise<void> {
  const intro = 'for output; do [ "$last" = -o ] && break; last=$output; done';
  const executable = await fakeProgram(join(folder, "go"), `[ "$1" = build ] || exit 0\n${intro}\n${script}`);
  go = { executable, version: "go1.26.8" };
}

async function builds(): Promise<string[]> {
  return (await callsOf(go.executable)).filter((call) => call.startsWith("build"));
}

describe("buildGoPrograms", () => {
  it("builds what is missing, once, and gives the paths in the order asked for", async () => {
    await goThat('mkdir -p "$GOCACHE" && echo "a program" > "$output"');
    const first = await buildGoPrograms(go, [engineProgram, languageHostProgram], () => undefined);
    expect(first.map((path) => path.split("/").at(-1))).toEqual(["pulumi", "pulumi-language-nodejs"]);
    expect(await readFile(first[0] ?? "", "utf8")).toBe("a program\n");
    expect(await builds()).toHaveLength(2);

    const second = await buildGoPrograms(go, [libvirtPluginProgram, engineProgram], () => undefined);
    expect(second[1]).toBe(first[0]);
    expect(await builds()).toHaveLength(3);
    expect(await builtGoProgram(go, libvirtPluginProgram)).toBe(second[0]);
  });

  it("builds from the pinned sums only, stripped, with its version, and keeps none of Go's caches", async () => {
    await goThat('mkdir -p "$GOCACHE" "$GOMODCACHE" && touch "$output"');
    await buildGoPrograms(go, [engineProgram], () => undefined);
    const [call = ""] = await builds();
    expect(call).toContain("-mod=readonly");
    expect(call).toContain("-trimpath");
    expect(call).toMatch(/-ldflags=-s -w -X \S+\/version\.Version=v3\.\d+\.\d+ /);
    expect((await readdir(join(folder, "cache"))).sort()).toEqual(["go"]);
  });

  it("builds again for another Go", async () => {
    await goThat('touch "$output"');
    await buildGoPrograms(go, [engineProgram], () => undefined);
    expect(await builtGoProgram({ ...go, version: "go1.27.0" }, engineProgram)).toBeUndefined();
  });

  it("tries once more when the module proxy says 404", async () => {
    await goThat(
      '[ -e "$0.again" ] || { touch "$0.again"; echo "x@v1: 404 Not Found" >&2; exit 1; }; touch "$output"',
    );
    await buildGoPrograms(go, [engineProgram], () => undefined);
    expect(await builds()).toHaveLength(2);
  });

  it("says what the compiler said last when a build fails", async () => {
    await goThat('echo "go: downloading x" >&2; echo "no space left on device" >&2; exit 1');
    const building = buildGoPrograms(go, [engineProgram], () => undefined);
    await expect(building).rejects.toMatchObject({
      facts: { code: "KVM-203", found: "no space left on device" },
    });
    expect(await builds()).toHaveLength(1);
    expect(await builtGoProgram(go, engineProgram)).toBeUndefined();
  });
});

describe("goCacheEnvironment", () => {
  it("puts Go's caches into ours, and leaves alone what the user has set", () => {
    const cache = join(folder, "cache", "go-caches");
    expect(goCacheEnvironment({})).toEqual({
      GOMODCACHE: join(cache, "modules"),
      GOCACHE: join(cache, "objects"),
    });
    expect(goCacheEnvironment({ GOMODCACHE: "/m", GOCACHE: "/c" })).toEqual({});
  });
});
