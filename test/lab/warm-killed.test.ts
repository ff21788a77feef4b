import { readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hypervisorFolders, saveFolder } from "../../machines/hypervisor";
import { isAlive, readIdentity } from "../../machines/hypervisor/first-process";
import { bootKind } from "../../machines/snapshots/boot-snapshots";
import { isOwnHypervisor } from "../../machines/snapshots/boots/own-hypervisor";
import { cacheDir, labDir, stagingMark } from "../../toolchain/cache";
import { cachedKeys, removeCached } from "../../toolchain/cached-folders";
import { freshLab } from "./fresh-lab";
import { Inside, type Truth } from "./inside";
import { lab, start } from "./lab-command";
import { expectOneWhole } from "./moving";

const beside = "test-beside";
/** A guest that nobody has had yet, and so servers whose memory nobody has kept with it. */
const guestName = `killed-${Date.now().toString(36)}`;
const config = [`guestName=${guestName}`, "guestRunsOn=source"];
const words = ["up", beside, "--json", ...config.flatMap((setting) => ["-c", setting])];
const labs = dirname(labDir("any"));
const namesIn = (folder: string) => readdir(folder).catch((): string[] => []);
/** The hypervisors that memories are made in. */
const makers = async () => (await namesIn(labs)).filter(isOwnHypervisor);
/** What is being made, or was. */
const stagings = async () =>
  (await namesIn(join(cacheDir(), bootKind))).filter((name) => name.includes(stagingMark));
const someHas = async (folders: readonly string[], file: RegExp) =>
  (await Promise.all(folders.map(namesIn))).flat().some((name) => file.test(name));
const makersHave = async (folder: (maker: string) => string, file: RegExp) =>
  someHas((await makers()).map(folder), file);

/** How it is seen from outside that the work has come so far, in the order in which it comes there. */
const stages = {
  "libvirtd starts": () => makersHave((maker) => hypervisorFolders(maker).run, /^libvirt-sock$/),
  "the servers boot": () =>
    makersHave((maker) => join(hypervisorFolders(maker).run, "qemu"), /^target\.pid$/),
  "the servers' memory is written": () =>
    makersHave((maker) => saveFolder(hypervisorFolders(maker)), /^nfs\.save/),
  "all is there, and not sealed": async () =>
    someHas(
      (await stagings()).map((name) => join(cacheDir(), bootKind, name)),
      /^target\.qcow2$/,
    ),
} as const;

/** Kills `./lab up`, and nothing that it started, as soon as the work is there. */
async function killedOnce(isThere: () => Promise<boolean>): Promise<void> {
  const running = start(words, 300);
  const limit = performance.now() + 240_000;
  while (!(await isThere())) {
    if (performance.now() > limit || running.exitCode !== null)
      throw new Error(`it never came so far:\n${(await running).all}`);
    await sleep(20);
  }
  const [maker = ""] = await makers();
  const hypervisor = await readIdentity(hypervisorFolders(maker).firstProcess);
  running.kill("SIGKILL");
  await running;
  const ended = async () => hypervisor === undefined || !(await isAlive(hypervisor));
  await expect.poll(ended, { timeout: 20_000 }).toBe(true);
}

let inside: Inside;
let before: Truth;
let keptBefore: readonly string[];

/** What was kept since; what had to make room for it is no matter. */
const newlyKept = async () => (await cachedKeys(bootKind)).filter((key) => !keptBefore.includes(key));

// Each goes on where the one before it was killed: what that one left is cleared away by it.
describe("./lab up is killed while it keeps the memory of booted servers, and a lab runs beside", {
  tags: "long",
}, () => {
  beforeAll(async () => {
    inside = await freshLab();
    before = await inside.truth();
    keptBefore = await cachedKeys(bootKind);
  });
  afterAll(async () => {
    inside?.close();
    await lab(["down", beside], 120);
    // Nobody else has a guest of this name.
    for (const key of await newlyKept()) await removeCached(bootKind, key);
  });

  test.each(Object.entries(stages))(
    "while %s: no half set is kept, and no machine runs on",
    async (_stage, isThere) => {
      await killedOnce(isThere);
      expect(await newlyKept()).toEqual([]);
    },
  );

  test("the next one keeps a whole set, starts the lab from it, and leaves nothing of the others", async () => {
    const result = await lab(words, 600);
    expect(result.exitCode, result.all).toBe(0);
    expect(await newlyKept()).toHaveLength(1);
    expect(await makers()).toEqual([]);
    expect(await stagings()).toEqual([]);
    const second = await Inside.open(beside);
    try {
      // Only a machine that was started from a memory has it.
      for (const server of ["nfs", "source", "target"] as const)
        await second.on(server, "cat /run/lab/boot_id");
      expect((await second.ask()).status.resumed).toBe(true);
    } finally {
      second.close();
    }
  });

  test("the lab beside has noticed nothing", async () => {
    expectOneWhole(before, await inside.truth());
  });
});
