import { execFileSync } from "node:child_process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ScriptSandbox } from "./script-sandbox";

describe("guest/put-on-share.sh", () => {
  let sandbox: ScriptSandbox;
  beforeEach(() => {
    sandbox = new ScriptSandbox();
  });
  afterEach(() => sandbox.remove());

  /** An archive as machines/images packs it, where CopyToRemote would have put it. */
  const archive = (version: string) => {
    for (const file of ["vmlinux", "initrd.img", "disk.qcow2"]) {
      sandbox.write(`tree/${file}`, `${file} ${version}`);
    }
    execFileSync("tar", ["-czf", sandbox.at("guest.tar.gz"), "-C", sandbox.at("tree"), "."]);
  };
  const run = (key: string) =>
    sandbox.run("guest/put-on-share.sh", [sandbox.at("guest.tar.gz"), sandbox.at("migration/guest"), key]);
  const files = () =>
    sandbox
      .runText(`ls -A ${sandbox.at("migration/guest")}`)
      .stdout.trim()
      .split("\n");

  it("unpacks the guest, notes what from, and takes the archive away", () => {
    archive("1");
    expect(run("key1")).toMatchObject({ exitCode: 0, stderr: "" });
    expect(files()).toEqual([".made-from", "disk.qcow2", "initrd.img", "vmlinux"]);
    expect(sandbox.read("migration/guest/.made-from")).toBe("key1\n");
    expect(sandbox.has("guest.tar.gz")).toBe(false);
  });

  it("does nothing the second time, the archive gone", () => {
    archive("1");
    run("key1");
    expect(run("key1")).toMatchObject({ exitCode: 0, stderr: "" });
    expect(sandbox.read("migration/guest/vmlinux")).toBe("vmlinux 1");
  });

  it("brings a new kernel to a guest that is there, and leaves it its disk", () => {
    archive("1");
    run("key1");
    sandbox.write("migration/guest/disk.qcow2", "what the guest wrote");
    archive("2");
    expect(run("key2")).toMatchObject({ exitCode: 0, stderr: "" });
    expect(sandbox.read("migration/guest/vmlinux")).toBe("vmlinux 2");
    expect(sandbox.read("migration/guest/disk.qcow2")).toBe("what the guest wrote");
    expect(files()).toEqual([".made-from", "disk.qcow2", "initrd.img", "vmlinux"]);
  });

  it("leaves no half a guest when it cannot be unpacked, says so, and goes on from there", () => {
    archive("1");
    const whole = execFileSync("cat", [sandbox.at("guest.tar.gz")]);
    sandbox.write("guest.tar.gz", "no archive");
    const failed = run("key1");
    expect(failed.exitCode).toBe(1);
    expect(failed.stderr).toMatch(/^KVM-455 on \S+: expected .* found: .*tar.* Fix: /s);
    expect(files()).toEqual([""]);

    execFileSync("tee", [sandbox.at("guest.tar.gz")], { input: whole });
    expect(run("key1").exitCode).toBe(0);
    expect(sandbox.read("migration/guest/disk.qcow2")).toBe("disk.qcow2 1");
  });
});
