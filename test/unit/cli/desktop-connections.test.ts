import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  desktopConnections,
  desktopEnvironment,
  desktopFiles,
  shownConnections,
} from "../../../cli/desktop-connections";
import type { HostConnection } from "../../../provider/host/host-connection";
import { type SshServer, startSshServer } from "../provider/host/ssh-server";

const host = (name: string, port: number): HostConnection => ({
  ...{ name, port, address: "127.0.0.1", user: "root" },
  ...{ privateKey: "", hostKey: "ssh-ed25519 AAAA" },
});
const hosts = [host("source", 2201), host("target", 2202)];
const placesIn = (folder: string) => ({
  ...{ folder, ssh: "/usr/bin/ssh" },
  ...{ key: `${folder}/key`, knownHosts: `${folder}/known` },
});
const textOf = (name: string, folder = "/lab") =>
  desktopFiles(hosts, placesIn(folder)).find((file) => file.name === name)?.text ?? "";

describe("the hosts of a lab, for programs of libvirt", () => {
  test("have a URI each, with the lab's own ssh", () => {
    expect(desktopConnections(hosts, "/lab").map(({ uri }) => uri)).toEqual([
      "qemu+ssh://source/system?command=/lab/ssh",
      "qemu+ssh://target/system?command=/lab/ssh",
    ]);
  });

  test("have one that is a URI, and one word of virt-manager's settings, whatever the folder is called", () => {
    const folder = "/a b/it's/50%&c";
    const [{ uri } = { uri: "" }] = desktopConnections(hosts, folder);
    expect(new URL(uri).searchParams.get("command")).toBe(`${folder}/ssh`);
    expect(uri).not.toMatch(/['\s]/);
  });

  test("stand in virt-manager's settings, to be connected when it opens", () => {
    const uris = "['qemu+ssh://source/system?command=/lab/ssh', 'qemu+ssh://target/system?command=/lab/ssh']";
    expect(textOf("config/glib-2.0/settings/keyfile").split("\n")).toEqual([
      "[org/virt-manager/virt-manager/connections]",
      `uris=${uris}`,
      `autoconnect=${uris}`,
      "",
    ]);
    expect(desktopEnvironment("/lab", "/bin")).toMatchObject({
      GSETTINGS_BACKEND: "keyfile",
      XDG_CONFIG_HOME: "/lab/config",
      PATH: "/lab:/bin",
    });
  });

  test("are printed as commands that a shell takes as they are", () => {
    const shown = shownConnections("class", desktopConnections(hosts, "/lab"));
    expect(shown).toContain("virsh -c 'qemu+ssh://source/system?command=/lab/ssh' list --all");
    expect(shown).toContain("./lab virt-manager class");
  });

  test("share a connection, unless the folder is too deep for a socket", () => {
    expect(textOf("ssh-config")).toContain('ControlPath "/lab/to-%n"');
    expect(textOf("ssh-config", `/${"x".repeat(80)}`)).not.toContain("Control");
  });
});

describe("OpenSSH with these files", () => {
  let server: SshServer;
  let folder: string;
  const ssh = (...words: string[]) => execa(join(folder, "ssh"), words, { reject: false, timeout: 20_000 });

  beforeAll(async () => {
    server = await startSshServer();
    folder = join(mkdtempSync(join(tmpdir(), "desktop-")), "50% of it");
    write(server.connection.hostKey);
  });
  afterAll(async () => {
    await ssh("-O", "exit", server.connection.name);
    await server.stop();
    rmSync(dirname(folder), { recursive: true });
  });

  function write(hostKey: string): void {
    const places = { ...placesIn(folder), key: join(server.folder, "user") };
    for (const { name, text, executable } of desktopFiles([server.connection], places)) {
      const path = join(folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
      if (executable) chmodSync(path, 0o700);
    }
    writeFileSync(places.knownHosts, `${server.connection.name} ${hostKey}\n`);
  }

  test("logs in under the host's name, and again by the connection that is there", async () => {
    const { name } = server.connection;
    expect(await ssh("-T", "-e", "none", "--", name, "echo there")).toMatchObject({ stdout: "there" });
    expect((await ssh("-O", "check", name)).stderr).toContain("Master running");
    expect(await ssh(name, "echo again")).toMatchObject({ stdout: "again" });
    expect((await ssh("-O", "exit", name)).exitCode).toBe(0);
  });

  test("asks nothing, and trusts no other host", async () => {
    write(`ssh-ed25519 ${"A".repeat(68)}`);
    const { exitCode, stderr } = await ssh(server.connection.name, "true");
    expect([exitCode, stderr]).toEqual([255, expect.stringContaining("Host key verification failed")]);
    write(server.connection.hostKey);
  });
});
