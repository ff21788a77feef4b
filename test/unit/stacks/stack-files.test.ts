import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkSettings, readStackFile } from "../../../stacks/settings";
import { topologyOf } from "../../../stacks/topology/topology";

const folder = join(__dirname, "../../../stacks");
const stackFiles = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
const settingsOf = (stack: string) => checkSettings(readStackFile(join(folder, `Pulumi.${stack}.yaml`)));

it("has the stacks that the README names, and the tests' own", () => {
  expect(stackFiles.sort()).toEqual([
    "Pulumi.bare.yaml",
    "Pulumi.classroom.yaml",
    "Pulumi.cluster.yaml",
    "Pulumi.dev.yaml",
    "Pulumi.dns.yaml",
    "Pulumi.existing.yaml",
    "Pulumi.glusterfs.yaml",
    "Pulumi.iscsi.yaml",
    "Pulumi.mixed.yaml",
    "Pulumi.test-beside.yaml",
    "Pulumi.test-saved.yaml",
    "Pulumi.test.yaml",
  ]);
});

it("dev moves the guest to target, classroom leaves it on source for the student", () => {
  expect(settingsOf("dev").guestRunsOn).toBe("target");
  expect(settingsOf("classroom").guestRunsOn).toBe("source");
});

it("cluster has three hosts, and four guests of which three change places in a ring", () => {
  const { servers, guests } = topologyOf(settingsOf("cluster"));
  const hosts = servers.filter(({ part }) => part === "host").map(({ name }) => name);
  expect(hosts).toHaveLength(3);
  expect(guests).toHaveLength(4);
  const moving = guests.filter(({ startsOn, runsOn }) => startsOn !== runsOn);
  expect(moving.map(({ startsOn }) => startsOn).sort()).toEqual([...hosts].sort());
  expect(moving.map(({ runsOn }) => runsOn).sort()).toEqual([...hosts].sort());
});

it("dns has its names on a name server, and is dev otherwise", () => {
  expect(settingsOf("dns")).toEqual({ ...settingsOf("dev"), names: "dns" });
});

it.each(["iscsi", "glusterfs"])("%s is dev with another storage", (storage) => {
  expect(settingsOf(storage)).toEqual({ ...settingsOf("dev"), storage });
});

it("existing asks for each value that only its user knows", () => {
  const asked = /nfsAddress[\s\S]*targetHostKey[\s\S]*guestAddress/;
  expect(() => settingsOf("existing")).toThrow(asked);
});

it.each(stackFiles)("%s explains every key in the lines above it, and carries no salt", (name) => {
  const text = readFileSync(join(folder, name), "utf8");
  expect(text).not.toContain("encryptionsalt");
  const lines = text.split("\n");
  const keyLines = lines.filter((line) => /^ {2}kvm-migration-lab:/.test(line));
  expect(keyLines.length).toBeGreaterThan(1);
  let explained = false;
  for (const line of lines.slice(lines.indexOf("config:") + 1)) {
    if (line.startsWith("  #")) explained = true;
    else if (line === "") explained = false;
    else expect([line, explained]).toEqual([line, true]);
  }
});

describe("readStackFile", () => {
  let scratch = "";
  beforeEach(() => {
    scratch = mkdtempSync(join(tmpdir(), "stack-file-"));
  });
  afterEach(() => rmSync(scratch, { recursive: true }));
  const read = (text: string) => {
    const path = join(scratch, "Pulumi.x.yaml");
    writeFileSync(path, text);
    return readStackFile(path);
  };

  it("gives the lab's own keys, without the prefix", () => {
    expect(read("config:\n  kvm-migration-lab:hostVcpus: 2\n  other:key: 1\n")).toEqual({ hostVcpus: 2 });
  });

  it.each(["", "config:\n", "encryptionsalt: v1:abc\n"])("reads %j as no values at all", (text) => {
    expect(read(text)).toEqual({});
  });

  it.each(["config: [", "config: text", "- a list", "config:\n  - a list"])("refuses %j", (text) => {
    expect(() => read(text)).toThrow(/KVM-102/);
  });
});
