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
    sandbox.folder("etc/ssh/sshd_config.d");
    sandbox.standIn("hostname");
    sandbox.standIn("systemctl", "exit 3");
  });
  afterEach(() => sandbox.remove());
  const run = (variables = identity) => {
    const { exitCode, stderr } = sandbox.runText(sandbox.below(render("machine/user-data.sh", variables)));
    expect([exitCode, stderr]).toEqual([0, ""]);
  };

  it("gives the machine its name, its host key and the key that opens it", () => {
    run();
    expect(sandbox.read("etc/hostname")).toBe("source\n");
    expect(sandbox.takeCalls()).toContain("hostname source");
    expect(sandbox.read("root/.ssh/authorized_keys")).toBe("ssh-ed25519 AAAAoperator\n");
    expect(sandbox.read("etc/ssh/ssh_host_ed25519_key")).toBe(identity.hostPrivateKey);
    expect(statSync(sandbox.at("etc/ssh/ssh_host_ed25519_key")).mode & 0o777).toBe(0o600);
    expect(statSync(sandbox.at("etc/hostname")).mode & 0o777).toBe(0o644);
  });

  it("leaves sshd alone where it has not started yet, as in the lab's own image", () => {
    run();
    expect(sandbox.has("etc/ssh/sshd_config.d/00-lab.conf")).toBe(false);
  });

  it("makes an sshd that runs already take the new host key", () => {
    sandbox.standIn("systemctl");
    run();
    expect(sandbox.read("etc/ssh/sshd_config.d/00-lab.conf")).toContain("ssh_host_ed25519_key\n");
    expect(sandbox.takeCalls()).toContain("systemctl restart ssh.service");
  });

  it("writes any key as it is, whatever it means to a shell", () => {
    const text = fc.stringMatching(/^[ -~\n\t]{0,60}$/);
    fc.assert(
      fc.property(text, (authorizedKey) => {
        run({ ...identity, authorizedKey: `k ${authorizedKey}`.replaceAll("/", "|") });
        const written = `k ${authorizedKey}`.replaceAll("/", "|");
        expect(sandbox.read("root/.ssh/authorized_keys")).toBe(`${written}\n`);
      }),
      { numRuns: 25 },
    );
  });
});
