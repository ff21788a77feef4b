import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ensureEngine } from "../../../../toolchain/pulumi/engine";
import { callsOf, fakeProgram } from "./fake-program";

let folder: string;
const quiet = () => undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kvmlab-engine-"));
  vi.stubEnv("HOME", folder);
  vi.stubEnv("KVMLAB_CACHE", join(folder, "cache"));
  vi.stubEnv("KVMLAB_OFFLINE", "1");
  vi.stubEnv("PATH", `${join(folder, "bin")}:/usr/bin:/bin`);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  // A real go, where there is one, writes its telemetry there for a moment after it has ended.
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
});

/** A Pulumi of the user's own. */
async function install(where: string, version: string, withLanguageHost = true): Promise<string> {
  if (withLanguageHost) await fakeProgram(join(where, "pulumi-language-nodejs"), "");
  return fakeProgram(join(where, "pulumi"), `echo ${version}`);
}

describe("ensureEngine", () => {
  it("takes a pulumi on PATH that fits", async () => {
    const pulumi = await install(join(folder, "bin"), "v3.210.0");
    const engine = await ensureEngine(undefined, [], quiet);
    expect(engine).toEqual({ source: "path", pulumi, folder: join(folder, "bin") });
    expect(await callsOf(pulumi)).toEqual(["version"]);
  });

  it("finds the one that Pulumi's installer made although PATH does not have it", async () => {
    const pulumi = await install(join(folder, ".pulumi", "bin"), "v3.210.0");
    expect((await ensureEngine(undefined, [], quiet)).pulumi).toBe(pulumi);
  });

  it.each([
    ["is too old", "v3.100.0", true],
    ["is of another major version", "v4.0.0", true],
    ["cannot run programs in Node", "v3.210.0", false],
  ])("does not take one that %s", async (_why, version, withLanguageHost) => {
    await install(join(folder, "bin"), version, withLanguageHost);
    const go = { executable: await fakeProgram(join(folder, "go"), goBuild), version: "go1.26.8" };
    expect((await ensureEngine(go, [], quiet)).source).toBe("modules");
  });

  it("says what to install when there is neither a Pulumi, nor a download, nor a Go", async () => {
    await expect(ensureEngine(undefined, [], quiet)).rejects.toMatchObject({ facts: { code: "KVM-202" } });
  });
});

const goBuild =
  '[ "$1" = build ] || exit 0; for output; do [ "$last" = -o ] && break; last=$output; done; touch "$output"';
