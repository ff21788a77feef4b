import { describe, expect, test } from "vitest";
import { findStack, mergeConfig, parseOverrides } from "../../../cli/lab-stack";
import { countsLine, countsOf } from "../../../cli/test";

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

describe("what vitest reports", () => {
  const json = (failed: number) =>
    JSON.stringify({ numPassedTests: 7, numFailedTests: failed, numPendingTests: 1 });

  test("is counted", () => {
    expect(countsOf(json(0), true)).toEqual({ passed: 7, failed: 0, skipped: 1 });
    expect(countsOf(json(2), false)).toEqual({ passed: 7, failed: 2, skipped: 1 });
  });

  test("has a failure whenever the run went wrong", () => {
    expect(countsOf(json(0), false).failed).toBe(1);
    expect(countsOf("{}", false)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });
});
