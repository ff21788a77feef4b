import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { strayEntries } from "../../../../../machines/snapshots/imported/archive";
import { refuseForeign } from "../../../../../machines/snapshots/imported/refuse-foreign";
import { foreignInState } from "../../../../../machines/snapshots/imported/state";
import type { SavedFile } from "../../../../../machines/snapshots/manifest";
import { archiveListing, packSave } from "../../../../../machines/snapshots/pack";
import { describeFiles } from "../../../../../machines/snapshots/snapshot-files";
import { sampleManifest } from "../sample-save";

const scratch = mkdtempSync(join(tmpdir(), "kvmlab-imported-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(scratch, "save-"));
});

function put(path: string, content: string | Buffer = ""): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

const resource = (type: string, inputs: object = {}) => ({ urn: `urn:${type}`, type, inputs });
const state = (...resources: readonly object[]) =>
  JSON.stringify({ version: 3, deployment: { secrets_providers: { type: "passphrase" }, resources } });

async function manifest() {
  return { ...sampleManifest, files: await describeFiles(folder) };
}
const refused = async () =>
  refuseForeign(folder, await manifest(), "x.tar.zst").then(
    () => "",
    (error: Error) => error.message,
  );

describe("a save that was unpacked", () => {
  test("is taken where it has a lab's files only", async () => {
    const xml = readFileSync(join(__dirname, "source.xml"), "utf8");
    put("state.json", state(resource("libvirt:index/domain:Domain")));
    put("hypervisor/etc/qemu/source.xml", xml);
    put("hypervisor/etc/hooks/network");
    put("hypervisor/lib/images/lab/source-identity.iso", "CD001");
    put("hypervisor/etc/storage/lab.xml", "<pool type='dir'><name>lab</name></pool>");
    mkdirSync(join(folder, "hypervisor/etc/storage/autostart"));
    symlinkSync("/etc/libvirt/storage/lab.xml", join(folder, "hypervisor/etc/storage/autostart/lab.xml"));
    expect(await refused()).toBe("");
  });

  test("is refused with all that it has besides", async () => {
    put("state.json", state(resource("command:local:Command")));
    put("hypervisor/etc/hooks/qemu", "#!/bin/sh");
    put("hypervisor/lib/secrets/x.xml");
    put("memory/nfs.save", "no memory");
    mkdirSync(join(folder, "hypervisor/etc/qemu/autostart"), { recursive: true });
    symlinkSync("/tmp/x.xml", join(folder, "hypervisor/etc/qemu/autostart/x.xml"));
    const told = await refused();
    expect(told).toContain("KVM-944");
    for (const one of [
      "the resource command:local:Command in state.json",
      "the file hypervisor/etc/hooks/qemu",
      "the file hypervisor/lib/secrets/x.xml",
      "no memory of a machine in memory/nfs.save",
      "hypervisor/etc/qemu/autostart/x.xml leads to /tmp/x.xml",
    ])
      expect(told).toContain(one);
  });
});

test("a state has a lab's resources and plugins, and no secrets that somebody else opens", () => {
  const command = (inputs: object) => state(resource("pulumi:providers:command", inputs));
  expect(foreignInState(state(resource("kvmlab:index:Guest"), resource("command:remote:Command")))).toEqual(
    [],
  );
  expect(foreignInState(command({ version: "1.2.1" }))).toEqual([]);
  expect(foreignInState(command({ version: "4.5.0" }))).toEqual([
    "another plugin for pulumi:providers:command",
  ]);
  expect(
    foreignInState(command({ version: "1.2.1", __internal: { pluginDownloadURL: "https://x.invalid" } })),
  ).toEqual(["another plugin for pulumi:providers:command"]);
  expect(foreignInState(state(resource("pulumi:providers:docker")))).toEqual([
    "the resource pulumi:providers:docker",
  ]);
  expect(foreignInState('{"deployment":{"secrets_providers":{"type":"cloud"}}}')).toEqual([
    "secrets of cloud",
  ]);
  expect(foreignInState("nothing")).toEqual(["no state of a stack"]);
});

describe("an archive", () => {
  const pack = async (options = {}) => {
    const file = join(scratch, "x.tar.zst");
    await packSave(folder, file, { force: true, encryptTo: [], ...options }, () => {});
    return file;
  };
  const files = (...paths: readonly string[]): SavedFile[] =>
    paths.map((path) => ({ path, bytes: 5, sha256: "a".repeat(64) }));

  test("that has what its manifest says is unpacked; only its owner may read it", async () => {
    put("manifest.json", "{}");
    put("memory/nfs.save", "12345");
    put("hypervisor/lib/images/a b\nc", "12345");
    const file = await pack();
    const listing = await archiveListing(file);
    expect(strayEntries(listing, { files: files("memory/nfs.save") })).toEqual([
      expect.stringContaining("hypervisor/lib/images/a b\\nc, which its manifest does not have"),
    ]);
    const { stdout } = await execa("stat", ["-c", "%a", file]);
    expect(stdout).toBe("600");
  });

  test("with links, FIFOs and other sizes in place of files is not", async () => {
    put("manifest.json", "{}");
    put("config.yaml", "123456789");
    put("outputs.json", "12345");
    mkdirSync(join(folder, "memory"));
    symlinkSync("/etc", join(folder, "memory/nfs.save"));
    await execa("mkfifo", [join(folder, "state.json")]);
    await execa("ln", [join(folder, "outputs.json"), join(folder, "hard")]);
    const listing = await archiveListing(await pack());
    const manifest = { files: files("config.yaml", "memory/nfs.save", "state.json", "outputs.json", "hard") };
    const told = strayEntries(listing, manifest).sort();
    expect(told).toHaveLength(4);
    expect(told.join("\n")).toMatch(
      /^config\.yaml with 9 bytes instead of 5\n(hard|outputs\.json), which is no regular file\nmemory\/nfs\.save, which is no regular file\nstate\.json, which is no regular file$/,
    );
  });

  test("that leads out of its folder, or has a file twice, is not", () => {
    const line = (path: string, kind = "-") => `${kind}rw------- 0/0    5 2026-11-30 07:00 ${path}`;
    const listing = [
      line("./memory/nfs.save"),
      line("memory/nfs.save"),
      line("../../etc/cron.d/x"),
      line("/etc/x"),
    ];
    expect(
      strayEntries([...listing, line("../x/", "d"), "garbage"].join("\n"), {
        files: files("memory/nfs.save"),
      }),
    ).toEqual([
      "memory/nfs.save twice",
      "../../etc/cron.d/x, which its manifest does not have",
      "/etc/x, which its manifest does not have",
      "the folder ../x",
      "a line that tar does not write: garbage",
    ]);
  });
});
