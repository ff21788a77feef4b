import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { expect, test } from "vitest";

const project = resolve(__dirname, "../..");
const limitMs = 120_000;

/** The processes of this machine that have a folder, or what is in it, in their words. */
async function processesAt(folder: string): Promise<string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const words = pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "latin1").catch(() => ""));
  return (await Promise.all(words)).filter((text) => text.includes(folder));
}

test("killed while Debian is installed for the hosts, nothing of it runs on or stays mounted", async () => {
  const cache = await mkdtemp("/var/tmp/kvmlab-killed-");
  const images = join(cache, "images");
  const words = ["toolchain/programs/run.cjs", "test/lab/build-host-image.ts"];
  const building = execa(process.execPath, words, {
    ...{ cwd: project, env: { KVMLAB_CACHE: cache }, reject: false, all: true, timeout: limitMs },
  });
  const unpacked = async () => {
    const [staging = "none"] = await readdir(images).catch(() => []);
    const listed = await readdir(join(images, staging, "root/var/lib/dpkg/info")).catch(() => []);
    return listed.length > 0;
  };
  // Debian's first packages are there: what their scripts need is mounted by then.
  while (!(await unpacked())) {
    if (building.exitCode !== null) throw new Error(`it ended by itself:\n${(await building).all}`);
    await sleep(100);
  }
  building.kill("SIGKILL");
  await building;
  await expect.poll(() => processesAt(cache), { timeout: 20_000 }).toEqual([]);
  expect(await readFile("/proc/mounts", "utf8")).not.toContain(cache);
  await rm(cache, { recursive: true });
});
