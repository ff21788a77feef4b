import { RunError } from "@pulumi/pulumi";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LabError } from "../../../errors/lab-error";

const formatBefore = Error.prepareStackTrace;

beforeAll(async () => {
  // Without the test runner's own formatter, which wants real frames.
  Error.prepareStackTrace = undefined;
  await import("../../../errors/short-stacks");
});

afterAll(() => {
  Error.prepareStackTrace = formatBefore;
});

/** The stack of an error as V8 would ask for it, with frames of these files. */
function stackOf(error: Error, files: readonly string[]): string {
  const frames = files.map((file) => ({ getFileName: () => file, toString: () => `f (${file}:1:1)` }));
  return String(Error.prepareStackTrace?.(error, frames as unknown as NodeJS.CallSite[]));
}

describe("the stack of an error in the program", () => {
  it("has the program's own frames and none of Pulumi's", () => {
    const stack = stackOf(new Error("no"), [
      "/project/components/lab.ts",
      "/project/node_modules/@pulumi/pulumi/resource.js",
      "/project/node_modules/zod/index.js",
    ]);
    expect(stack).toContain("Error: no");
    expect(stack).toContain("/project/components/lab.ts");
    expect(stack).toContain("/project/node_modules/zod/index.js");
    expect(stack).not.toContain("@pulumi");
  });
});

describe("LabError", () => {
  it("is one that Pulumi prints without a stack", () => {
    const error = new LabError({ code: "KVM-201", expected: "a", found: "b", mend: "c" });
    expect(RunError.isInstance(error)).toBe(true);
  });
});
