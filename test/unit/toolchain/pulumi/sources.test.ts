import { describe, expect, it } from "vitest";
import {
  chooseCommandSource,
  chooseEngineSource,
  chooseLibvirtSource,
} from "../../../../toolchain/pulumi/sources";

describe("where the engine comes from", () => {
  const nothing = { fitsOnPath: false, officialCached: false, modulesCached: false };

  it("prefers the user's own, whatever else there is", () => {
    const all = { fitsOnPath: true, officialCached: true, modulesCached: true, officialReachable: true };
    expect(chooseEngineSource(all)).toBe("path");
  });

  it("takes what is in the cache without asking the network", () => {
    expect(chooseEngineSource({ ...nothing, officialCached: true })).toBe("official");
    expect(chooseEngineSource({ ...nothing, modulesCached: true })).toBe("modules");
    expect(chooseEngineSource({ ...nothing, modulesCached: true, officialReachable: true })).toBe("modules");
    expect(chooseEngineSource({ ...nothing, officialCached: true, officialReachable: false })).toBe(
      "official",
    );
  });

  it("asks the network only when nothing is here, and then prefers the official download", () => {
    expect(chooseEngineSource(nothing)).toBe("ask");
    expect(chooseEngineSource({ ...nothing, officialReachable: true })).toBe("official");
    expect(chooseEngineSource({ ...nothing, officialReachable: false })).toBe("modules");
  });
});

describe("where the command plugin comes from", () => {
  const nothing = { officialCached: false, standInCached: false };

  it("stays with what is installed", () => {
    expect(chooseCommandSource({ ...nothing, standInCached: true, officialReachable: true })).toBe(
      "stand-in",
    );
    expect(chooseCommandSource({ ...nothing, officialCached: true, officialReachable: false })).toBe(
      "official",
    );
  });

  it("asks the network only when nothing is installed", () => {
    expect(chooseCommandSource(nothing)).toBe("ask");
    expect(chooseCommandSource({ ...nothing, officialReachable: true })).toBe("official");
    expect(chooseCommandSource({ ...nothing, officialReachable: false })).toBe("stand-in");
  });
});

describe("where the libvirt plugin comes from", () => {
  it("is built wherever there is a Go for it", () => {
    expect(chooseLibvirtSource({ go: true, engine: "path" })).toBe("modules");
    expect(chooseLibvirtSource({ go: true, engine: "official" })).toBe("modules");
  });

  it("comes from the Terraform registry when there is a complete Pulumi and no Go", () => {
    expect(chooseLibvirtSource({ go: false, engine: "path" })).toBe("registry");
    expect(chooseLibvirtSource({ go: false, engine: "official" })).toBe("registry");
  });
});
