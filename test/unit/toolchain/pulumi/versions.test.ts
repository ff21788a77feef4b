import { describe, expect, it } from "vitest";
import { goFits, parseVersion, pulumiFits } from "../../../../toolchain/pulumi/versions";

describe("parseVersion", () => {
  it.each([
    ["v3.232.0", [3, 232, 0]],
    ["go1.26.8", [1, 26, 8]],
    ["go1.25", [1, 25, 0]],
    ["v3.233.0-alpha.1+dirty", [3, 233, 0]],
    ["warning: A new version of Pulumi is available", undefined],
    ["", undefined],
  ])("reads %j", (text, version) => {
    expect(parseVersion(text)).toEqual(version);
  });
});

describe("pulumiFits", () => {
  it.each([
    ["v3.207.0", true],
    ["v3.232.0", true],
    ["v3.1000.0", true],
    ["v3.206.9", false],
    ["v3.150.0", false],
    ["v2.999.0", false],
    ["v4.0.0", false],
    ["", false],
  ])("%s: %s", (version, fits) => {
    expect(pulumiFits(version)).toBe(fits);
  });
});

describe("goFits", () => {
  it.each([
    ["go1.25.8", true],
    ["go1.26.0", true],
    ["go2.0.0", true],
    ["go1.25.7", false],
    ["go1.25rc1", false],
    ["devel", false],
  ])("%s: %s", (version, fits) => {
    expect(goFits(version)).toBe(fits);
  });
});
