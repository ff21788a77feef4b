import { statSync } from "node:fs";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { render } from "../../../templates/render";
import { ScriptSandbox } from "./script-sandbox";

const identity = {
  hostName: "source",
  authorizedKey: "ssh-ed25519 AAAAoperator",
  hostPublicKey: "ssh-ed25519 AAAAhost",
  hostPrivateKey: "-----BEGIN-----\nhost\n-----END-----\n",
};

describe("machine/user-data.sh", () => {
  let sandbox: ScriptSandbox;
  beforeEach(() => {
    sandbox = new ScriptSandbox();
    sandbox.folder("etc/ssh");
    sandbox.folder("proc/sys/kernel");
    sandbox.standIn("systemctl");
  });
  afterEach(() => sandbox.remove());
  const run = (variables = identity) => {
    const { exitCode, stderr } = sandbox.runText(sandbox.below(render("machine/user-data.sh", variables)));
    expect([exitCode, stderr]).toEqual([0, ""]);
  };

  it("gives the machine its name, its host key and the key that opens it", () => {
    run();
    expect(sandbox.read("etc/hostname")).toBe("source\n");
    expect(sandbox.read("proc/sys/kernel/hostname")).toBe("source\n");
    expect(sandbox.read("root/.ssh/authorized_keys")).toBe("ssh-ed25519 AAAAoperator\n");
    expect(sandbox.read("etc/ssh/ssh_host_ed25519_key")).toBe(identity.hostPrivateKey);
    expect(statSync(sandbox.at("etc/ssh/ssh_host_ed25519_key")).mode & 0o777).toBe(0o600);
    for (const open of ["etc/hostname", "etc/ssh/ssh_host_ed25519_key.pub"])
      expect(statSync(sandbox.at(open)).mode & 0o777).toBe(0o644);
  });

  it("keeps the keys that others put there, and its own once", () => {
    run();
    sandbox.write("root/.ssh/authorized_keys", `ssh-ed25519 AAAAmine me\n${identity.authorizedKey}\n`);
    run();
    expect(sandbox.read("root/.ssh/authorized_keys")).toBe(
      `ssh-ed25519 AAAAmine me\n${identity.authorizedKey}\n`,
    );
  });

  it("leaves sshd's and the network's settings alone in the lab's own image", () => {
    run();
    expect(sandbox.runText(`find ${sandbox.at("etc")} -type f | sort`).stdout.split("\n")).toEqual(
      ["etc/hostname", "etc/ssh/ssh_host_ed25519_key", "etc/ssh/ssh_host_ed25519_key.pub"]
        .map((path) => sandbox.at(path))
        .concat(""),
    );
  });

  describe("run by cloud-init", () => {
    beforeEach(() => {
      sandbox.standIn("cloud-init");
      sandbox.standIn("ip", "echo 'default via 10.77.0.1 dev enp1s0 proto dhcp metric 100'");
      sandbox.write("sys/class/net/enp1s0/address", "52:54:00:77:00:03\n");
      sandbox.folder("etc/systemd/network");
    });

    it("begins as a boothook: those run before sshd", () => {
      expect(render("machine/user-data.sh", identity)).toMatch(/^#cloud-boothook\n#!\/bin\/sh\n/);
    });

    it("has a host key that cloud-init does not replace", () => {
      run();
      expect(sandbox.read("etc/ssh/kvm-migration-lab_host_key")).toBe(identity.hostPrivateKey);
      expect(sandbox.read("etc/ssh/sshd_config.d/00-kvm-migration-lab.conf")).toMatch(
        /^HostKey \S+\/etc\/ssh\/kvm-migration-lab_host_key\nPermitRootLogin prohibit-password\n$/,
      );
      expect(sandbox.has("etc/ssh/ssh_host_ed25519_key")).toBe(false);
    });

    it("puts the network card into a bridge that has its address", () => {
      run();
      const at = "etc/systemd/network/05-kvm-migration-lab";
      expect(sandbox.read(`${at}-bridge.netdev`)).toContain(
        "Name=br0\nKind=bridge\nMACAddress=52:54:00:77:00:03\n",
      );
      expect(sandbox.read(`${at}-port.network`)).toBe("[Match]\nName=enp1s0\n[Network]\nBridge=br0\n");
      expect(sandbox.takeCalls()).toContain("systemctl restart systemd-networkd");
    });

    it("leaves a bridge that is there", () => {
      sandbox.folder("sys/class/net/br0");
      run();
      expect(sandbox.takeCalls()).not.toContain("systemctl restart systemd-networkd");
    });
  });

  it("writes any key as it is, whatever it means to a shell", () => {
    const text = fc.stringMatching(/^[ -~\t]{0,60}$/).filter((line) => !line.includes("/"));
    fc.assert(
      fc.property(text, (comment) => {
        sandbox.write("root/.ssh/authorized_keys", "");
        run({ ...identity, authorizedKey: `k ${comment}` });
        expect(sandbox.read("root/.ssh/authorized_keys")).toBe(`k ${comment}\n`);
      }),
      { numRuns: 25 },
    );
  });
});
