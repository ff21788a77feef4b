import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  forgetUnfinished,
  readUnfinished,
  type SaveStage,
  settlingOf,
  writeUnfinished,
} from "../../../../machines/snapshots/journal";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "journal-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const machines = ["nfs", "source"];
const save = (stage: SaveStage) => ({ work: "save", stage, machines }) as const;

test("what was begun is read until it is forgotten, and leaves nothing else behind", async () => {
  expect(await readUnfinished(folder)).toBeUndefined();
  await writeUnfinished(folder, save("memory"));
  await writeUnfinished(folder, save("disks"));
  expect(await readUnfinished(folder)).toEqual(save("disks"));
  expect(await readdir(folder)).toHaveLength(1);
  await forgetUnfinished(folder);
  expect(await readdir(folder)).toEqual([]);
});

test.each(["pausing", "memory", "disks", "waking"] as const)(
  "a save killed while %s: its machines are woken before its files go",
  (stage) => {
    expect(settlingOf(save(stage), true)).toEqual({ kind: "wake, then clear away", machines });
  },
);

test("a save killed when the machines ran again leaves only files; one whose hypervisor is gone, too", () => {
  expect(settlingOf(save("sealing"), true)).toEqual({ kind: "clear away" });
  expect(settlingOf(save("memory"), false)).toEqual({ kind: "clear away" });
});

test("a restore that was not ended is not gone on with, and names the command that begins it again", () => {
  const command = "./lab restore before";
  const work = { work: "restore", stage: "starting", command } as const;
  expect(settlingOf(work, true)).toEqual({ kind: "refuse", command });
  expect(settlingOf(work, false)).toEqual({ kind: "refuse", command });
});

test("a lab with nothing unfinished is left alone", () => {
  expect(settlingOf(undefined, true)).toEqual({ kind: "nothing" });
});
