import { execFileSync } from "node:child_process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ScriptSandbox } from "./script-sandbox";

describe("guest/put-to-install.sh", () => {
  let sandbox: ScriptSandbox;
  beforeEach(() => {
    sandbox = new ScriptSandbox();
  });
  afterEach(() => sandbox.remove());

  const archive = (version: string) => {
    for (const file of ["vmlinux", "initrd.img", "disk.qcow2"])
      sandbox.write(`tree/${file}`, `${file} ${version}`);
    execFileSync("tar", ["-czf", sandbox.at("guest.tar.gz"), "-C", sandbox.at("tree"), "."]);
  };
  const run = (key: string, definition = "<domain/>") =>
    sandbox.run("guest/put-to-install.sh", [
      sandbox.at("guest.tar.gz"),
      sandbox.at("root/guest"),
      key,
      definition,
    ]);

  it("puts the guest's files and its definition where they are found", () => {
    archive("1");
    expect(run("key1")).toMatchObject({ exitCode: 0, stderr: "" });
    expect(sandbox.read("root/guest/disk.qcow2")).toBe("disk.qcow2 1");
    expect(sandbox.read("root/guest/guest.xml")).toBe("<domain/>\n");
    expect(sandbox.has("guest.tar.gz")).toBe(false);
  });

  it("writes another definition without the archive, which is gone", () => {
    archive("1");
    run("key1");
    expect(run("key1", "<domain type='kvm'/>")).toMatchObject({ exitCode: 0, stderr: "" });
    expect(sandbox.read("root/guest/guest.xml")).toBe("<domain type='kvm'/>\n");
  });

  it("says when the files cannot be unpacked", () => {
    sandbox.write("guest.tar.gz", "no archive");
    expect(run("key1")).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("KVM-455") });
    expect(sandbox.has("root/guest/guest.xml")).toBe(false);
  });
});
