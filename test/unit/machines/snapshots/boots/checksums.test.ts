import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { checksumsOf, sameFiles } from "../../../../../machines/snapshots/boots/checksums";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "checksums-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const ofAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
const ofNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

it("are SHA-256, of an empty file too, and none of a file that cannot be read", async () => {
  await writeFile(join(folder, "abc"), "abc");
  await writeFile(join(folder, "empty"), "");
  expect(await checksumsOf(folder, ["abc", "empty", "missing"])).toEqual({
    abc: ofAbc,
    empty: ofNothing,
    missing: "",
  });
});

it("are those of the whole file, however large", async () => {
  const large = Buffer.alloc(3 * 1024 * 1024 + 1, 7);
  await writeFile(join(folder, "large"), large);
  const before = await checksumsOf(folder, ["large"]);
  large.writeUInt8(8, large.length - 1);
  await writeFile(join(folder, "large"), large);
  expect(sameFiles(before, await checksumsOf(folder, ["large"]))).toBe(false);
});

it("are the same in any order, and not with a file more or less", () => {
  expect(sameFiles({ a: "1", b: "2" }, { b: "2", a: "1" })).toBe(true);
  expect(sameFiles({ a: "1" }, { a: "1", b: "2" })).toBe(false);
  expect(sameFiles({ a: "1", b: "2" }, { a: "1" })).toBe(false);
});
