import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { keyFile, promised, record, scratch } from "./recorded-lab";

describe("a lab of existing machines", () => {
  const existing = {
    machines: "existing",
    nfsAddress: "root@192.0.2.1",
    sourceAddress: "root@192.0.2.2",
    targetAddress: "admin@192.0.2.3:2222",
    nfsHostKey: "ssh-ed25519 AAAAn",
    sourceHostKey: "ssh-ed25519 AAAAs",
    targetHostKey: "ssh-ed25519 AAAAt console",
    sshPrivateKeyFile: keyFile,
    guestAddress: "192.0.2.50/24",
  };

  it("builds nothing, and configures the same", async () => {
    const program = await record(existing);
    expect(program.resources.filter(({ type }) => type.startsWith("libvirt:"))).toEqual([]);
    expect(program.all("Command")).toHaveLength(11);
    expect(program.find("Command", "kvm-target").inputs.connection).toMatchObject({
      host: "192.0.2.3",
      port: 2222,
      user: "admin",
      hostKey: "ssh-ed25519 AAAAt console",
      privateKey: "THE USER'S KEY\n",
    });
    expect(program.find("Command", "host-names-nfs").inputs.stdin).toContain("192.0.2.3 target # kvm");
    expect(await promised(program.result.hypervisor)).toBe("existing machines");
  });

  it("lets source reach target's SSH where it listens", async () => {
    const program = await record(existing);
    expect(program.find("Command", "host-trust-source").inputs.stdin).toContain(
      "Match localuser root host target,192.0.2.3\n  Port 2222\n",
    );
  });

  it("keeps the user's key a secret", async () => {
    const program = await record(existing);
    for (const { inputs, secrets } of program.resources) {
      const holders = Object.keys(inputs).filter((key) => JSON.stringify(inputs[key])?.includes("THE USER"));
      expect(holders.filter((key) => !secrets.includes(key))).toEqual([]);
    }
  });

  it("says which file it cannot read", async () => {
    await expect(record({ ...existing, sshPrivateKeyFile: join(scratch, "nothing") })).rejects.toThrow(
      /KVM-104[\s\S]*nothing \(config key sshPrivateKeyFile\)/,
    );
  });
});
