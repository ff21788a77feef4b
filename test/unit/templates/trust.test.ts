import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { render } from "../../../templates/render";
import { ScriptSandbox } from "./script-sandbox";

const privateKey = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----";
const publicKey = "ssh-ed25519 AAAAnew kvm-migration-lab";
const others = "10.0.0.4,fd00::5";
const inKeys = `from="${others}" ${publicKey}`;
const knownHosts = "source ssh-ed25519 AAAAs\ntarget ssh-ed25519 AAAAt";
const config = ["source", "target"]
  .map((name, index) =>
    render("host/ssh-config", { name, patterns: `${name},10.0.0.${index + 3}`, port: 22 + index }),
  )
  .join("")
  .trimEnd();

describe("host/trust.sh", () => {
  let sandbox: ScriptSandbox;
  beforeEach(() => {
    sandbox = new ScriptSandbox();
  });
  afterEach(() => sandbox.remove());
  const run = () => {
    const { exitCode, stderr } = sandbox.run("host/trust.sh", [
      ...[privateKey, publicKey, knownHosts, config],
      others,
    ]);
    expect([exitCode, stderr]).toEqual([0, ""]);
  };
  const mode = (path: string) => (statSync(sandbox.at(path)).mode & 0o777).toString(8);
  const changed = (path: string) => statSync(sandbox.at(path)).mtimeMs;

  it("writes the key, the known hosts and the settings, for root's eyes where they are secret", () => {
    run();
    expect(sandbox.read("root/.ssh/kvm-migration-lab")).toBe(`${privateKey}\n`);
    expect(sandbox.read("root/.ssh/kvm-migration-lab.known_hosts")).toBe(`${knownHosts}\n`);
    expect(sandbox.read("root/.ssh/authorized_keys")).toBe(`${inKeys}\n`);
    expect(mode("root/.ssh")).toBe("700");
    expect(mode("root/.ssh/kvm-migration-lab")).toBe("600");
    expect(mode("etc/ssh/ssh_config.d/kvm-migration-lab.conf")).toBe("644");
  });

  it("touches nothing the second time", () => {
    run();
    const files = [
      "root/.ssh/kvm-migration-lab",
      "root/.ssh/authorized_keys",
      "etc/ssh/ssh_config.d/kvm-migration-lab.conf",
    ];
    const before = files.map(changed);
    run();
    expect(files.map(changed)).toEqual(before);
    expect(sandbox.runText(`ls -A ${sandbox.at("root/.ssh")}`).stdout).toBe(
      "authorized_keys\nkvm-migration-lab\nkvm-migration-lab.known_hosts\n",
    );
  });

  it("replaces the lab's former key, and keeps the operator's and the user's", () => {
    const mine = "ssh-ed25519 AAAAoperator operator\n# kvm-migration-lab is mentioned here only";
    sandbox.write("root/.ssh/authorized_keys", `${mine}\nssh-ed25519 AAAAold kvm-migration-lab\n`);
    run();
    expect(sandbox.read("root/.ssh/authorized_keys")).toBe(`${mine}\n${inKeys}\n`);
  });

  it("closes a secret file that somebody opened, with the next key in it", () => {
    sandbox.write("root/.ssh/kvm-migration-lab", "an older key\n");
    run();
    expect(sandbox.read("root/.ssh/kvm-migration-lab")).toBe(`${privateKey}\n`);
    expect(mode("root/.ssh/kvm-migration-lab")).toBe("600");
  });

  it("leaves the user's own config and known_hosts alone", () => {
    sandbox.write("root/.ssh/config", "Host *\n  Compression yes\n");
    sandbox.write("root/.ssh/known_hosts", "elsewhere ssh-rsa AAAA\n");
    run();
    expect(sandbox.read("root/.ssh/config")).toBe("Host *\n  Compression yes\n");
    expect(sandbox.read("root/.ssh/known_hosts")).toBe("elsewhere ssh-rsa AAAA\n");
  });

  // What ssh itself makes of the settings; they are for root only.
  const ssh = spawnSync("ssh", ["-V"]).status === 0 && process.getuid?.() === 0;
  it.runIf(ssh).each([
    ["target", "target", "23"],
    ["10.0.0.4", "target", "23"],
    ["source", "source", "22"],
    ["10.0.0.3", "source", "22"],
  ])("makes ssh take %s for %s on port %s, without a prompt", (host, alias, port) => {
    run();
    const file = sandbox.at("etc/ssh/ssh_config.d/kvm-migration-lab.conf");
    const settings = spawnSync("ssh", ["-F", file, "-G", host], { encoding: "utf8" }).stdout;
    expect(settings.split("\n")).toEqual(
      expect.arrayContaining([`hostkeyalias ${alias}`, `port ${port}`, "batchmode yes"]),
    );
    expect(settings).not.toMatch(/^stricthostkeychecking (no|false)/m);
  });
});
