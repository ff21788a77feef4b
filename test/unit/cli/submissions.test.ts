import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { handInKey, labIdentity } from "../../../cli/hand-in-key";
import { labStack } from "../../../cli/lab-stack";
import { submissions } from "../../../cli/submissions";
import type { Submission } from "../../../course/hand-in/examine";
import { graded, moodlePath, sealed } from "../course/sample-hand-in";
import { type ZippedFile, zipOf } from "../course/sample-zip";

const scratch = mkdtempSync(join(tmpdir(), "submissions-"));
afterAll(() => rmSync(scratch, { recursive: true }));

async function read(place: string): Promise<Submission[]> {
  const found: Submission[] = [];
  for await (const one of submissions(place)) found.push(one);
  return found;
}

async function gradedZip(files: readonly ZippedFile[]) {
  const file = join(scratch, "submissions.zip");
  writeFileSync(file, zipOf(files));
  return graded(await read(file)).map(({ student, flags }) => [student, flags.map(({ flag }) => flag)]);
}

const content = sealed("a");
/** 张三 in GBK. */
const gbk = Buffer.concat([
  Buffer.from([0xd5, 0xc5, 0xc8, 0xfd]),
  Buffer.from("_1_assignsubmission_file_/hand-in.json.gz"),
]);

test("a zip's names are read in UTF-8, with and without its mark, and in GBK", async () => {
  expect(await gradedZip([{ name: gbk, content }])).toEqual([["张三", []]]);
  expect(await gradedZip([{ name: moodlePath("张三", 1), content }])).toEqual([["张三", []]]);
  expect(await gradedZip([{ name: moodlePath("张三", 1), content, flagged: true }])).toEqual([["张三", []]]);
});

test("bombs, wrong sizes and paths that lead out are told of their students, and the others are read", async () => {
  const bomb = Buffer.alloc(64 * 2 ** 20);
  const rows = await gradedZip([
    { name: moodlePath("bomb", 1), content: bomb },
    { name: moodlePath("hidden bomb", 2), content: bomb, claims: 100 },
    { name: `../../${moodlePath("outside", 3)}`, content },
    { name: moodlePath("whole", 4), content: sealed("b") },
    { name: "__MACOSX/whole", content },
    { name: "folder/", content: Buffer.alloc(0) },
  ]);
  expect(rows).toEqual([
    ["bomb", ["too-large"]],
    ["hidden bomb", ["too-large"]],
    ["outside", ["unsafe-path"]],
    ["whole", []],
  ]);
});

test("a folder is read by its files, whatever encoding its names have; links are not followed", async () => {
  const folder = join(scratch, "unpacked");
  const at = (name: Buffer) => Buffer.concat([Buffer.from(`${folder}/`), name]);
  const [student = Buffer.alloc(0)] = [gbk.subarray(0, gbk.indexOf("/"))];
  mkdirSync(at(student), { recursive: true });
  writeFileSync(at(gbk), content);
  writeFileSync(join(folder, "李四_2_assignsubmission_file_b.json.gz"), Buffer.alloc(0));
  symlinkSync("/etc/passwd", join(folder, "王五_3_assignsubmission_file_c.json.gz"));
  const rows = graded(await read(folder)).map(({ student: name, flags }) => [
    name,
    flags.map(({ flag }) => flag),
  ]);
  expect(rows).toEqual([
    ["李四", ["empty"]],
    ["张三", []],
  ]);
});

test("what is neither a folder nor a zip is an error", async () => {
  await expect(read(join(scratch, "nowhere"))).rejects.toThrow(/KVM-958/);
  const file = join(scratch, "half.zip");
  writeFileSync(file, zipOf([{ name: "a", content }]).subarray(0, 200));
  await expect(read(file)).rejects.toThrow(/KVM-958/);
});

test("a lab's key is made once, is its user's alone, and another file in its place is an error", async () => {
  const stack = { ...labStack("dev"), folder: scratch };
  const [one, other] = await Promise.all([handInKey(stack), handInKey(stack)]);
  expect(one).toEqual(other);
  const file = join(scratch, "hand-in-key");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  writeFileSync(file, "no key");
  await expect(handInKey(stack)).rejects.toThrow(/KVM-959/);
});

test("a lab is known by its storage server's key, whatever is said beside it", () => {
  const identity = labIdentity({ hostKey: "ssh-ed25519 AAAA one" });
  expect(labIdentity({ hostKey: "ssh-ed25519 AAAA two" })).toBe(identity);
  expect(labIdentity({ hostKey: "ssh-ed25519 AAAB one" })).not.toBe(identity);
});
