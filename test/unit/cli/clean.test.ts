import { link, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { clean, freedText, planOf } from "../../../cli/clean";
import { withLabLock } from "../../../cli/lab-lock";
import { labStack, projectFolder } from "../../../cli/lab-stack";
import { buildOnce } from "../../../toolchain/cache";
import { putBoot } from "../machines/snapshots/sample-boot";

let cache = "";
let said: string[] = [];
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), "clean-"));
  vi.stubEnv("KVMLAB_CACHE", cache);
  said = [];
  vi.spyOn(console, "log").mockImplementation((line: string) => void said.push(line));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await rm(cache, { recursive: true, force: true });
});

const put = async (path: string, content = "x") => {
  await mkdir(join(cache, path, ".."), { recursive: true });
  await writeFile(join(cache, path), content);
};
const left = async (folder = ".") => (await readdir(join(cache, folder)).catch(() => [])).sort();

/** A lab that runs from one of two images, and everything that the cache has beside it. */
async function fill(): Promise<void> {
  const folder = await putBoot("a", { fileBytes: 100_000 });
  for (const file of ["images/host-1/disk.qcow2", "images/host-2/disk.qcow2", "acceleration/k/verdict.json"])
    await put(file);
  for (const kind of ["pulumi", "pulumi-home", "go", "libvirt-sdk"]) await put(`${kind}/key/file`);
  for (const file of ["passphrase", "official-reachable.json", "state/.pulumi/stack.json"]) await put(file);
  await put("labs/dev/hypervisor/mounts", `${cache}/images/host-2/disk.qcow2\timages/base/2.qcow2\n`);
  await mkdir(join(cache, "labs/dev/hypervisor/warm"));
  await link(join(folder, "nfs.qcow2"), join(cache, "labs/dev/hypervisor/warm/nfs.qcow2"));
}

describe("./lab clean", () => {
  test("removes the warm sets alone, and says how much that freed", async () => {
    await fill();
    const before = await left();
    await clean({ all: false });
    expect(await left("warm-hosts")).toEqual([]);
    expect(await left()).toEqual(before);
    expect(await left("images")).toEqual(["host-1", "host-2"]);
    expect(await left("labs/dev/hypervisor/warm")).toEqual(["nfs.qcow2"]);
    expect(said).toEqual([
      "warm servers: 1 removed",
      expect.stringMatching(/^1 MiB freed; 1 MiB more when the labs that run from it are gone\.$/),
      "Left as they are: the labs dev (./lab down NAME removes one)",
    ]);
  });

  test("clears away what was left of machines that were booted to keep their memory", async () => {
    await put("labs/booting-hosts-0123456789abcdef/hypervisor/lib/images/lab/nfs.qcow2", "x".repeat(9_000));
    await put("labs/booting-hosts/hypervisor.json");
    await clean({ all: false });
    expect(await left("labs")).toEqual(["booting-hosts"]);
    expect(said).toContain("Left as they are: the labs booting-hosts (./lab down NAME removes one)");
  });

  test("--all leaves labs, state, passphrase, and the image that a lab runs from, which it names", async () => {
    await fill();
    await clean({ all: true });
    expect(await left("images")).toEqual(["host-2"]);
    for (const kind of ["warm-hosts", "acceleration", "pulumi", "pulumi-home", "go", "libvirt-sdk"])
      expect(await left(kind)).toEqual([]);
    expect(await left()).toContain("passphrase");
    expect(await left()).not.toContain("official-reachable.json");
    expect(await left("state/.pulumi")).toEqual(["stack.json"]);
    expect(await left("labs/dev/hypervisor")).toEqual(["mounts", "warm"]);
    expect(said).toContain("  left: host-2, which dev runs from");
  });

  test("has nothing against an empty cache", async () => {
    await clean({ all: true });
    expect(said.at(-1)).toBe("0.0 GiB freed.");
  });

  test("clears what a killed command had begun, of any key", async () => {
    await put("warm-hosts/a.building-4194999-x/nfs.save");
    await clean({ all: false });
    expect(await left("warm-hosts")).toEqual([]);
  });

  test("touches nothing while a command is at work on a lab", async () => {
    await putBoot("a");
    await withLabLock(labStack("dev"), async () => {
      await expect(clean({ all: true })).rejects.toThrow(/KVM-907[\s\S]*lab dev/);
    });
    expect(await left("warm-hosts")).toEqual(["a"]);
    await clean({ all: false });
    expect(await left("warm-hosts")).toEqual([]);
  });

  test("touches nothing while another makes something in the cache", async () => {
    await putBoot("a");
    await buildOnce("images", "host-1", async () => {
      await expect(clean({ all: false })).rejects.toThrow(/KVM-915[\s\S]*images\/host-1/);
    });
    expect(await left("warm-hosts")).toEqual(["a"]);
  });

  test("explains itself, and refuses what it does not know with the code for wrong usage", async () => {
    const lab = (...args: string[]) =>
      execa(process.execPath, ["toolchain/programs/run.cjs", "cli/main.ts", "clean", ...args], {
        cwd: projectFolder,
        reject: false,
      });
    const [help, wrong] = await Promise.all([lab("--help"), lab("--everything")]);
    expect([help.exitCode, wrong.exitCode]).toEqual([0, 2]);
    expect(help.stdout).toContain("./lab clean --all");
  });
});

test("what is in use stays only where it is an image", () => {
  const kinds = [
    { kind: "images", keys: ["1", "2"] },
    { kind: "go", keys: ["2"] },
  ];
  expect(planOf(kinds, new Map([["2", ["dev"]]]))).toEqual({
    remove: [
      { kind: "images", key: "1" },
      { kind: "go", key: "2" },
    ],
    inUse: [{ key: "2", labs: ["dev"] }],
  });
});

test("what labs have links to is not counted as freed", () => {
  const gib = 1024 ** 3;
  expect(freedText([{ own: gib, linked: 0 }])).toBe("1.0 GiB freed.");
  expect(
    freedText([
      { own: gib, linked: gib / 2 },
      { own: gib, linked: 0 },
    ]),
  ).toBe("2.0 GiB freed; 512 MiB more when the labs that run from it are gone.");
});
