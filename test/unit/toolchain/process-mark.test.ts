import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it, test } from "vitest";
import { isAtWork, parseStat, processMark } from "../../../toolchain/process-mark";

describe("parseStat", () => {
  it("is not misled by a name with spaces and brackets", () => {
    const stat = "77 (a) b (c) S 1 77 77 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 226753 2756608 3";
    expect(parseStat(stat)).toEqual({ state: "S", parent: 1, startTime: "226753" });
  });

  it("takes nothing from an empty file", () => {
    expect(parseStat("")).toBeUndefined();
  });
});

describe("a process by its mark", () => {
  it("is at work until it ends", async () => {
    expect(isAtWork(`${processMark()}-whatever`)).toBe(true);
    const other = spawn("sleep", ["60"]);
    await once(other, "spawn");
    const mark = processMark(other.pid);
    expect(isAtWork(mark)).toBe(true);
    other.kill();
    await once(other, "exit");
    expect(isAtWork(mark)).toBe(false);
  });

  test.each([`${process.pid}.1-x`, `${process.pid}-x`, "4194999.-x", "removed", ""])(
    "of %j nobody is: another has its id now, or it is none",
    (mark) => expect(isAtWork(mark)).toBe(false),
  );
});
