import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execaSync } from "execa";
import { expect, test } from "vitest";
import { decodeName, isNoSubmission, submitterOf } from "../../../course/hand-in/submission-name";
import { typedIn, typedScript } from "../../../course/hand-in/typed-commands";

test.each([
  ["张三_12345_assignsubmission_file_/hand-in.json.gz", "张三", "12345"],
  ["张三_12345_assignsubmission_file/hand-in.json.gz", "张三", "12345"],
  ["Course-Hand in-99/一班-San Zhang_7_assignsubmission_file_hand-in_2.json.gz", "一班-San Zhang", "7"],
  ["Participant_88_assignsubmission_file_x_1_assignsubmission_file_y.gz", "Participant", "88"],
  ["李四/hand-in-experiment.json.gz", "李四", ""],
  ["李四.json.gz", "李四", ""],
])("%s is %s's", (path, name, participant) => {
  expect(submitterOf(path)).toEqual({ name, participant });
});

test("other submissions, and what file managers leave, are nobody's", () => {
  expect(
    [
      "张三_1_assignsubmission_onlinetext_/onlinetext.html",
      "__MACOSX/张三_1_assignsubmission_file_/._hand-in.json.gz",
      "张三_1_assignsubmission_file_/.DS_Store",
    ].filter((path) => !isNoSubmission(path)),
  ).toEqual([]);
  expect(isNoSubmission("张三_1_assignsubmission_file_/hand-in.json.gz")).toBe(false);
});

test("names are read in UTF-8, and in what Windows in Chinese writes", () => {
  expect(decodeName(Buffer.from("张三_1"))).toBe("张三_1");
  expect(decodeName(Buffer.from([0xd5, 0xc5, 0xc8, 0xfd, 0x5f, 0x31]))).toBe("张三_1");
  expect(decodeName(Buffer.from([0xff, 0x41]))).toBe("ÿA");
});

test("what was typed is read from a shell's file and virsh's, and a server without any says nothing", () => {
  const home = mkdtempSync(join(tmpdir(), "typed-"));
  const answer = () => execaSync("sh", ["-s"], { input: typedScript("t1"), env: { HOME: home } }).stdout;
  try {
    expect(typedIn(answer(), "t1", "nfs").typed).toEqual([]);
    writeFileSync(join(home, ".bash_history"), "exportfs -ra\n\nvirsh list --all\n=t2:open\n");
    expect(typedIn(answer(), "t1", "nfs")).toMatchObject({
      typed: [
        { server: "nfs", file: ".bash_history", lines: ["exportfs -ra", "virsh list --all", "=t2:open"] },
      ],
    });
    expect(typedIn("\n=t1:open\n", "t1", "nfs").open).toBe(true);
  } finally {
    rmSync(home, { recursive: true });
  }
});
