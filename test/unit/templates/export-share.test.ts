import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { render } from "../../../templates/render";
import { ScriptSandbox } from "./script-sandbox";

describe("nfs/export-share.sh", () => {
  let sandbox: ScriptSandbox;
  let line = "";
  beforeEach(() => {
    sandbox = new ScriptSandbox();
    const path = sandbox.at("migration");
    line = render("nfs/exports", { path, clients: "10.0.0.3(rw,sync) 10.0.0.4(rw,sync)" }).trimEnd();
    for (const program of ["systemctl", "apt-get"]) sandbox.standIn(program);
    sandbox.standIn("hostname", "echo nfs");
    sandbox.standIn("exportfs", "cat $root/etc/exports.d/*.exports | tr ' ' '\\t'");
  });
  afterEach(() => sandbox.remove());
  const run = () => {
    const result = sandbox.run("nfs/export-share.sh", [sandbox.at("migration"), line]);
    return { ...result, calls: sandbox.takeCalls() };
  };

  it("exports the folder to the two hosts, in a file of its own", () => {
    sandbox.write("etc/exports", "/home 192.0.2.0/24(ro)\n");
    const { exitCode, stderr, calls } = run();
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(sandbox.has("migration")).toBe(true);
    expect(sandbox.read("etc/exports.d/kvm-migration-lab.exports")).toBe(`${line}\n`);
    expect(sandbox.read("etc/exports")).toBe("/home 192.0.2.0/24(ro)\n");
    expect(calls).toEqual([
      "systemctl --no-reload --quiet enable nfs-server",
      "systemctl start nfs-server",
      "exportfs -ra",
      "exportfs -v",
    ]);
  });

  /** What the kernel was told, as exportfs writes it down. */
  const told = (...clients: string[]) =>
    sandbox.write(
      "var/lib/nfs/etab",
      clients.map((client) => `${sandbox.at("migration")}\t${client}(rw,sync)\n`).join(""),
    );

  describe("on a server that exports it already", () => {
    beforeEach(() => {
      run();
      sandbox.write("etc/systemd/system/multi-user.target.wants/nfs-server.service", "");
      sandbox.write("proc/fs/nfsd/threads", "4\n");
      told("10.0.0.3", "10.0.0.4");
    });

    it("starts no program", () => {
      expect(run()).toEqual({ exitCode: 0, stdout: "", stderr: "", calls: [] });
    });

    it.each<[string, () => void]>([
      ["one of the hosts was left out", () => told("10.0.0.3")],
      [
        "another folder is exported instead",
        () => sandbox.write("var/lib/nfs/etab", "/home\t10.0.0.4(rw)\n"),
      ],
      ["nothing was ever exported", () => sandbox.runText(`rm ${sandbox.at("var/lib/nfs/etab")}`)],
      ["the server stands still", () => sandbox.write("proc/fs/nfsd/threads", "0\n")],
      ["the folder is gone", () => sandbox.runText(`rmdir ${sandbox.at("migration")}`)],
      [
        "it would not come back at a boot",
        () =>
          sandbox.runText(
            `rm ${sandbox.at("etc/systemd/system/multi-user.target.wants/nfs-server.service")}`,
          ),
      ],
    ])("exports it again where %s", (_what, happens) => {
      happens();
      expect(run()).toMatchObject({ exitCode: 0, calls: expect.arrayContaining(["exportfs -ra"]) });
    });
  });

  it("fixes an export that somebody opened to the world", () => {
    run();
    sandbox.write("etc/exports.d/kvm-migration-lab.exports", `${sandbox.at("migration")} *(rw)\n`);
    expect(run().exitCode).toBe(0);
    expect(sandbox.read("etc/exports.d/kvm-migration-lab.exports")).toBe(`${line}\n`);
  });

  it("says when the server does not export it after all", () => {
    sandbox.standIn("exportfs");
    expect(run()).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/^KVM-451 on nfs: expected /) });
  });
});
