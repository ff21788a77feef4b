import { describe, expect, test } from "vitest";
import { findStack, mergeConfig, parseOverrides } from "../../../cli/lab-stack";
import { countsLine } from "../../../cli/test";

describe("the copy of a stack's file", () => {
  const file = "# a lab\nconfig:\n  # where it ends\n  lab:guestRunsOn: target\n";

  test("keeps comments, takes overrides and the salt of an earlier copy", () => {
    const merged = mergeConfig(file, "encryptionsalt: v1:abc\nconfig:\n  lab:old: 1\n", "lab", {
      guestRunsOn: "source",
    });
    expect(merged).toContain("# where it ends");
    expect(merged).toContain("lab:guestRunsOn: source");
    expect(merged).toContain("encryptionsalt: v1:abc");
    expect(merged).not.toContain("lab:old");
  });

  test("is the file itself when there is nothing to add", () => {
    expect(mergeConfig(file, "", "lab", {})).toBe(file);
  });
});

test("key=value words keep numbers as numbers and everything after the first equals sign", () => {
  expect(parseOverrides(["hostMemoryMiB=2048", "hypervisor=qemu+unix:///system?socket=/x"])).toEqual({
    hostMemoryMiB: 2048,
    hypervisor: "qemu+unix:///system?socket=/x",
  });
});

test("an unknown stack is answered with those that there are", async () => {
  await expect(findStack("classrom")).rejects.toThrow(
    /classroom, dev, existing[\s\S]*did you mean .\/lab up classroom/,
  );
});

test("the counts are one line that CI reads", () => {
  expect(countsLine({ passed: 3, failed: 0, skipped: 0 })).toBe("3 passed, 0 failed");
  expect(countsLine({ passed: 3, failed: 1, skipped: 2 })).toBe("3 passed, 1 failed, 2 skipped");
});
