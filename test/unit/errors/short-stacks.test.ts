import { RunError } from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { LabError } from "../../../errors/lab-error";
import { ownFrames } from "../../../errors/short-stacks";

describe("the stack of an error in the program", () => {
  it("has the program's own frames and none of Pulumi's", () => {
    const frames = [
      "/project/components/lab.ts",
      "/project/node_modules/@pulumi/pulumi/resource.js",
      "/project/node_modules/zod/index.js",
      undefined,
    ].map((file) => ({ getFileName: () => file }));
    expect(ownFrames(frames).map((frame) => frame.getFileName())).toEqual([
      "/project/components/lab.ts",
      "/project/node_modules/zod/index.js",
      undefined,
    ]);
  });
});

describe("LabError", () => {
  it("is one that Pulumi prints without a stack", () => {
    const error = new LabError({ code: "KVM-201", expected: "a", found: "b", fix: "c" });
    expect(RunError.isInstance(error)).toBe(true);
  });
});
