import { describe, expect, it } from "vitest";
import { checkSettings } from "../../../stacks/settings";
import { complaint } from "./complaint";

describe("measure", () => {
  it("is true, false or an object of known options", () => {
    for (const measure of [true, false, {}, { intervalMs: 20, requestsPerSecond: 0 }])
      expect(complaint({ measure })).toBeUndefined();
    for (const measure of ["yes", "", [1], 3, null, { interval: 20 }, { intervalMs: 0 }, { file: "/x" }])
      expect(complaint({ measure })?.facts.code).toBe("KVM-101");
  });
});

describe("migrationOptions", () => {
  it("are told by the path inside the object, all that are wrong at once", () => {
    const migrationOptions = { mode: "fast", convergence: { action: "wait" }, bandwidth: 1 };
    const { expected, found } = complaint({ migrationOptions, measure: { beforeSeconds: -1 } })?.facts ?? {};
    expect(expected?.split("\n").map((line) => line.trim())).toEqual([
      "migrationOptions.mode: live, paused, postCopy, hybrid or offline",
      "migrationOptions.convergence.action: abort, pause, postCopy or force",
      expect.stringMatching(/^migrationOptions: none but mode, .* \(not bandwidth\)$/),
      "measure.beforeSeconds: whole seconds, from 0 to 3600",
    ]);
    expect(found?.split("\n").map((line) => line.trim())).toEqual([
      'migrationOptions.mode: "fast"',
      'migrationOptions.convergence.action: "wait"',
      `migrationOptions: ${JSON.stringify(migrationOptions)}`,
      "measure.beforeSeconds: -1",
    ]);
  });

  it("are an object", () => {
    for (const migrationOptions of ["postCopy", true, ["mode"], null])
      expect(complaint({ migrationOptions })?.facts.expected).toMatch(/^migrationOptions: an object of/);
  });

  it("stay as they are written: the defaults are the resource's", () => {
    expect(checkSettings({ migrationOptions: { mode: "postCopy" } }).migrationOptions).toEqual({
      mode: "postCopy",
    });
  });

  it("take no new name: the lab's Guest would be made a second time", () => {
    const refused = complaint({ migrationOptions: { newName: "mail" } });
    expect(refused?.facts.expected).toContain("(not newName): the lab knows its guest by its name");
  });
});
