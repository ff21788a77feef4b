import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { KvmlabProvider } from "../../../../provider/kvmlab-provider";
import { brokenRules, optionRules } from "../../../../provider/migrate/option-rules";
import { defaultOptions, migrationOptions } from "../../../../provider/migrate/options";
import { EngineLog } from "../../../../provider/protocol/engine-log";
import { anyOptions } from "./any-options";

const broken = (given: unknown) =>
  brokenRules(migrationOptions.parse(given)).map(({ option }) => option.join("."));

describe("what libvirt or QEMU would refuse is refused before", () => {
  test.each([
    [{ mode: "postCopy", tunnelled: true }, ["tunnelled"]],
    [{ mode: "hybrid", parallelConnections: 2 }, ["parallelConnections"]],
    [{ tls: true, tunnelled: true }, ["tls"]],
    [{ copyStorage: "all", tunnelled: true }, ["copyStorage"]],
    [{ parallelConnections: 2, tunnelled: true }, ["parallelConnections"]],
    [{ dataAddress: "10.0.0.2", tunnelled: true }, ["dataAddress"]],
    [{ parallelConnections: 2, compression: { methods: ["mt"] } }, ["compression.methods"]],
    [{ parallelConnections: 2, compression: { methods: ["xbzrle"] } }, ["compression.methods"]],
    [{ compression: { methods: ["zstd"] } }, ["compression.methods"]],
    [{ parallelConnections: 2, compression: { methods: ["zlib", "zstd"] } }, ["compression.methods"]],
    [{ compression: { methods: ["xbzrle"], mtLevel: 1 } }, ["compression.mtLevel"]],
    [{ compression: { methods: ["mt"], xbzrleCacheMiB: 64 } }, ["compression.xbzrleCacheMiB"]],
    [
      { compression: { methods: ["mt"], zlibLevel: 1, zstdLevel: 1 } },
      ["compression.zlibLevel", "compression.zstdLevel"],
    ],
    [{ mode: "paused", autoConverge: {} }, ["autoConverge"]],
    [{ convergence: { action: "postCopy" } }, ["convergence.action"]],
    [{ maxDowntimeMs: 20_000, convergence: { action: "force" } }, ["convergence.maxDowntimeCeilingMs"]],
    [{ mode: "offline", bandwidthMiBps: 5, tls: true }, ["bandwidthMiBps", "tls"]],
    [{ mode: "offline", persistent: false }, ["persistent"]],
    [{ mode: "offline", tunnelled: true, copyStorage: "all" }, ["tunnelled", "copyStorage", "copyStorage"]],
  ])("%j", (given, expected) => {
    expect(broken(given)).toEqual(expected);
  });

  test.each([
    {},
    { mode: "hybrid", convergence: { action: "postCopy" } },
    { mode: "postCopy", autoConverge: {} },
    { parallelConnections: 4, tls: true, compression: { methods: ["zstd"], zstdLevel: 20 } },
    { tunnelled: true, bandwidthMiBps: 1 },
    { mode: "paused", maxDowntimeMs: 1 },
    { mode: "offline" },
  ])("%j goes together", (given) => {
    expect(broken(given)).toEqual([]);
  });

  test("every rule says why, and who says so; the default breaks none", () => {
    for (const { expected, source } of optionRules)
      expect(expected.length * source.length).toBeGreaterThan(0);
    expect(brokenRules(defaultOptions)).toEqual([]);
    fc.assert(
      fc.property(anyOptions, (options) => {
        for (const rule of brokenRules(options)) expect(optionRules).toContain(rule);
      }),
    );
  });
});

describe("check", () => {
  const host = { name: "target", address: "10.0.0.1", port: 22, user: "root", privateKey: "k", hostKey: "h" };
  const check = (options: Record<string, never>) =>
    new KvmlabProvider(new EngineLog()).check("urn:pulumi:a::b::kvmlab:index:Migration::c", {
      guest: "guest",
      hosts: [host],
      to: "target",
      options,
    }).failures;
  const given = (options: unknown) => check(options as Record<string, never>);

  test("names the option that is wrong, and one that does not exist", () => {
    expect(given({ mode: "quick" })).toEqual([
      {
        property: "options.mode",
        reason: 'expected live, paused, postCopy, hybrid or offline; found "quick"',
      },
    ]);
    expect(given({ bandwith: 3 })[0]?.reason).toMatch(/^expected none but mode, .*\(not bandwith\)$/);
    expect(given({ convergence: { secondsPerGiB: 0 } })[0]?.property).toBe(
      "options.convergence.secondsPerGiB",
    );
    expect(given({ compression: {} })[0]?.property).toBe("options.compression.methods");
    expect(given({ dataAddress: "a b" })[0]?.property).toBe("options.dataAddress");
  });

  test("refuses what does not go together, with the reason", () => {
    const [failure] = given({ mode: "postCopy", tunnelled: true });
    expect(failure?.property).toBe("options.tunnelled");
    expect(failure?.reason).toContain("post-copy is not supported with tunnelled migration");
    expect(given({})).toEqual([]);
  });
});
