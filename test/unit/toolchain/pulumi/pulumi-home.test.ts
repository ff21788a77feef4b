import { access, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Engine } from "../../../../toolchain/pulumi/engine";
import { libvirtFromModules, libvirtFromRegistry } from "../../../../toolchain/pulumi/libvirt-package";
import { ensurePulumiHome, installForUser } from "../../../../toolchain/pulumi/pulumi-home";
import { callsOf, fakeProgram } from "./fake-program";

let folder: string;
const quiet = () => undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kvmlab-home-"));
  vi.stubEnv("KVMLAB_CACHE", join(folder, "cache"));
  vi.stubEnv("KVMLAB_OFFLINE", "1");
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

async function engineThat(script: string): Promise<Engine> {
  const pulumi = await fakeProgram(join(folder, "pulumi"), script);
  return { source: "modules", pulumi, folder: dirname(pulumi) };
}

/** As if the network had been asked and had answered. */
async function reachableOfficial(): Promise<void> {
  vi.stubEnv("KVMLAB_OFFLINE", undefined);
  const verdict = JSON.stringify({ reachable: true, at: Date.now() });
  await mkdir(join(folder, "cache"));
  await writeFile(join(folder, "cache", "official-reachable.json"), verdict);
}

describe("ensurePulumiHome", () => {
  const libvirt = libvirtFromModules("/built/pulumi-resource-libvirt", "/built/node-sdk");

  it("installs both plugins once", async () => {
    const engine = await engineThat("exit 0");
    const first = await ensurePulumiHome(engine, libvirt, quiet);
    expect(first.command).toBe("stand-in");
    expect(await ensurePulumiHome(engine, libvirt, quiet)).toEqual(first);
    const calls = await callsOf(engine.pulumi);
    expect(calls).toHaveLength(2);
    expect(calls[0]).toContain("plugin install resource libvirt 0.8.3 --file /built/pulumi-resource-libvirt");
    expect(calls[1]).toContain("plugin install resource command 1.2.1 --file ");
  });

  it("makes another home for a plugin made from something else", async () => {
    const engine = await engineThat("exit 0");
    const first = await ensurePulumiHome(engine, libvirt, quiet);
    const other = await ensurePulumiHome(
      engine,
      libvirtFromModules("/newer/pulumi-resource-libvirt", "/built/node-sdk"),
      quiet,
    );
    expect(other.folder).not.toBe(first.folder);
  });

  it("installs a stand-in that runs the one of the project that Pulumi runs for", async () => {
    const { folder: home } = await ensurePulumiHome(await engineThat("exit 0"), libvirt, quiet);
    const wrapper = join(home, "stand-in", "pulumi-resource-command");
    const plugin = join(folder, "my project", "toolchain", "command-plugin", "pulumi-resource-command");
    await fakeProgram(plugin, "echo serving");
    const run = await execa(wrapper, ["127.0.0.1:1"], {
      env: { KVMLAB_PROJECT: join(folder, "my project") },
    });
    expect(run.stdout).toBe("serving");
    expect(await callsOf(plugin)).toEqual(["127.0.0.1:1"]);
    const lost = await execa(wrapper, [], { reject: false, env: { KVMLAB_PROJECT: "" } });
    expect(lost.stderr).toContain("run Pulumi by ./lab pulumi");
  });

  it("puts no stand-in into a PULUMI_HOME of the user's who did not say so", async () => {
    const users = { folder: join(folder, "home"), withStandIn: false };
    const engine = await engineThat("exit 0");
    const said: string[] = [];
    await installForUser(engine, libvirt, "stand-in", users, folder, (message) => said.push(message));
    expect(await callsOf(engine.pulumi)).not.toContainEqual(expect.stringContaining("resource command"));
    await expect(access(join(users.folder, "stand-in"))).rejects.toThrow("ENOENT");
    expect(said.join()).toContain("KVMLAB_STAND_IN=1 npm install");
    await installForUser(engine, libvirt, "official", users, folder, quiet);
    expect(await callsOf(engine.pulumi)).toContainEqual(expect.stringMatching(/resource command 1\.2\.1$/));
  });

  it("puts plugins into a PULUMI_HOME of the user's too, with the stand-in of this project where that is wanted", async () => {
    const home = join(folder, "home");
    const project = join(folder, "it's $HOME");
    const users = { folder: home, withStandIn: true };
    await installForUser(await engineThat("exit 0"), libvirt, "stand-in", users, project, quiet);
    await fakeProgram(join(project, "toolchain/command-plugin/pulumi-resource-command"), "echo serving");
    const run = await execa(join(home, "stand-in", "pulumi-resource-command"), ["x"]);
    expect(run.stdout).toBe("serving");
  });

  it("takes the official command plugin where it can be had, and keeps it when the network has gone", async () => {
    await reachableOfficial();
    const engine = await engineThat("exit 0");
    const home = await ensurePulumiHome(engine, libvirt, quiet);
    expect(home.command).toBe("official");
    expect((await callsOf(engine.pulumi))[1]).toMatch(/plugin install resource command 1\.2\.1$/);
    vi.stubEnv("KVMLAB_OFFLINE", "1");
    expect(await ensurePulumiHome(engine, libvirt, quiet)).toEqual(home);
  });

  it("falls back on the stand-in when the official download fails", async () => {
    await reachableOfficial();
    const engine = await engineThat(
      'case "$*" in *"command 1.2.1") echo "dial tcp: no such host"; exit 255;; esac',
    );
    const said: string[] = [];
    const home = await ensurePulumiHome(engine, libvirt, (message) => said.push(message));
    expect(home.command).toBe("stand-in");
    expect(said).toContain("dial tcp: no such host: taking the stand-in for the command plugin");
  });

  it("says why when a plugin does not install", async () => {
    const engine = await engineThat("echo 'error: no space left on device'; exit 255");
    const making = ensurePulumiHome(engine, libvirt, quiet);
    await expect(making).rejects.toMatchObject({
      facts: { code: "KVM-205", found: "error: no space left on device" },
    });
  });
});

describe("libvirtFromRegistry", () => {
  it("has Pulumi's bridge generate the SDK, and takes it from there", async () => {
    const generate = [
      'while [ "$1" != --out ]; do shift; done',
      'case "$2" in */generated-libvirt) mkdir -p "$2/nodejs" && echo {} > "$2/nodejs/package.json" ;; esac',
    ];
    const engine = await engineThat(`case "$*" in *gen-sdk*) ${generate.join("; ")} ;; esac`);
    const libvirt = libvirtFromRegistry();
    const home = await ensurePulumiHome(engine, libvirt, quiet);
    const call = (await callsOf(engine.pulumi))[0] ?? "";
    expect(call).toMatch(
      /package gen-sdk terraform-provider --language nodejs --local --out \S+ -- dmacvicar\/libvirt 0\.8\.3$/,
    );
    await libvirt.generateSdk(home.folder, join(folder, "sdk"));
    expect(await readFile(join(folder, "sdk", "package.json"), "utf8")).toBe("{}\n");
  });
});
