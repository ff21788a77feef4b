import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  migrateArguments,
  migrateCommand,
  resumeCommand,
} from "../../../../provider/migrate/migrate-command";
import { migrationOptions } from "../../../../provider/migrate/options";
import { withoutProgress } from "../../../../provider/migrate/run-migration";
import { anyOptions } from "./any-options";

/** The words that a shell makes of a line: it decides how they are quoted. */
function split(line: string): string[] {
  return execFileSync("sh", ["-c", `printf '%s\\0' ${line}`], { encoding: "utf8" })
    .split("\0")
    .slice(0, -1);
}

test("is one that libvirtd carries, whatever becomes of who typed it", () => {
  expect(migrateCommand("guest", "target")).toBe(
    "virsh migrate --live --p2p --persistent --undefinesource --verbose guest qemu+ssh://target/system",
  );
});

test("keeps every name one word, whatever is in it", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (guest, target) => {
      const words = split(migrateCommand(guest, target));
      expect(words.at(-2)).toBe(guest);
      expect(words.at(-1)).toBe(`qemu+ssh://${target}/system`);
      expect(words).toHaveLength(9);
    }),
  );
});

const commandFor = (given: unknown) => migrateCommand("guest", "target", migrationOptions.parse(given));

describe("each option is virsh's own argument", () => {
  const tail = "guest qemu+ssh://target/system";
  const whole = "--p2p --persistent --undefinesource --verbose";
  test.each([
    [{}, `virsh migrate --live ${whole} ${tail}`],
    [{ mode: "paused" }, `virsh migrate ${whole} ${tail}`],
    [{ mode: "postCopy" }, `virsh migrate --live --postcopy --postcopy-after-precopy ${whole} ${tail}`],
    [{ mode: "hybrid" }, `virsh migrate --live --postcopy ${whole} ${tail}`],
    [{ mode: "offline" }, `virsh migrate --offline ${whole} ${tail}`],
    [{ bandwidthMiBps: 10 }, `virsh migrate --live ${whole} --bandwidth 10 ${tail}`],
    [
      { maxDowntimeMs: 500 },
      `virsh migrate-setmaxdowntime guest 500 && virsh migrate --live ${whole} ${tail}`,
    ],
    [{ autoConverge: {} }, `virsh migrate --live ${whole} --auto-converge ${tail}`],
    [
      { autoConverge: { initialPercent: 30, incrementPercent: 15 } },
      `virsh migrate --live ${whole} --auto-converge --auto-converge-initial 30 --auto-converge-increment 15 ${tail}`,
    ],
    [
      { compression: { methods: ["mt", "xbzrle"], mtLevel: 0, xbzrleCacheMiB: 2 } },
      `virsh migrate --live ${whole} --compressed --comp-methods mt,xbzrle --comp-mt-level 0 --comp-xbzrle-cache 2097152 ${tail}`,
    ],
    [{ parallelConnections: 4 }, `virsh migrate --live ${whole} --parallel --parallel-connections 4 ${tail}`],
    [{ tls: true }, `virsh migrate --live ${whole} --tls ${tail}`],
    [{ tunnelled: true }, `virsh migrate --live ${whole} --tunnelled ${tail}`],
    [{ transport: "client" }, `virsh migrate --live --persistent --undefinesource --verbose ${tail}`],
    [
      { transport: "client", mode: "offline", persistent: false },
      `virsh migrate --offline --undefinesource --verbose ${tail}`,
    ],
    [{ dataAddress: "10.0.0.2" }, `virsh migrate --live ${whole} --migrateuri tcp://10.0.0.2 ${tail}`],
    [{ copyStorage: "all" }, `virsh migrate --live ${whole} --copy-storage-all ${tail}`],
    [{ copyStorage: "incremental" }, `virsh migrate --live ${whole} --copy-storage-inc ${tail}`],
    [
      { newName: "mail" },
      `virsh migrate --live --p2p --persistent --undefinesource --dname mail --verbose ${tail}`,
    ],
    [{ persistent: false, undefineSource: false }, `virsh migrate --live --p2p --verbose ${tail}`],
    [
      { convergence: { action: "force" }, progressSeconds: 5, eventsFile: "/tmp/x" },
      `virsh migrate --live ${whole} ${tail}`,
    ],
  ])("%j", (given, expected) => {
    expect(commandFor(given)).toBe(expected);
  });
});

test("no argument is given twice, and every word is quoted for the shell", () => {
  fc.assert(
    fc.property(anyOptions, (options) => {
      const names = migrateArguments(options).filter((word) => word.startsWith("--"));
      expect(new Set(names).size).toBe(names.length);
      const words = split(migrateCommand("a guest", "target", { ...options, maxDowntimeMs: undefined }));
      expect(words).toEqual([
        "virsh",
        "migrate",
        ...migrateArguments(options),
        "a guest",
        "qemu+ssh://target/system",
      ]);
    }),
  );
});

test("a new name is one word after --dname, whatever is in it", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), anyOptions, (newName, options) => {
      const words = split(
        migrateCommand("guest", "target", { ...options, maxDowntimeMs: undefined, newName }),
      );
      expect(words[words.indexOf("--dname") + 1]).toBe(newName);
      expect(words.slice(-2)).toEqual(["guest", "qemu+ssh://target/system"]);
    }),
    { examples: [["\\\\' ", migrationOptions.parse({})]] },
  );
});

test("a broken post-copy is recovered by the same command, resumed, whatever is asked for otherwise by now", () => {
  const resumed = (given: unknown) => resumeCommand("guest", "target", migrationOptions.parse(given));
  const command =
    "virsh migrate --live --postcopy --p2p --persistent --undefinesource --verbose --postcopy-resume guest qemu+ssh://target/system";
  expect(resumed({ mode: "hybrid" })).toBe(command);
  expect(resumed({ bandwidthMiBps: 5, maxDowntimeMs: 500, autoConverge: {} })).toBe(command);
  expect(resumed({ mode: "hybrid", transport: "client" })).toBe(command.replace(" --p2p", ""));
  expect(resumed({ mode: "hybrid", newName: "mail" })).toContain(" --dname mail ");
});

test("virsh's complaint is told without its progress", () => {
  const output = "Migration: [  3 %]\rMigration: [ 64 %]\rerror: operation failed: job aborted\n\n";
  expect(withoutProgress(output)).toBe("error: operation failed: job aborted");
});
