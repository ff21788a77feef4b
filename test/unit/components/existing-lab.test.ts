import { execFileSync } from "node:child_process";
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

  it("asks a name server of its own beside theirs, and takes that back on delete", async () => {
    const program = await record({ ...existing, names: "dns" });
    const script = String(program.find("Command", "name-server").inputs.stdin);
    expect(script).toContain("addn-hosts=/etc/kvm-migration-lab.dnsmasq.hosts");
    expect(script).not.toContain("local=/#/");
    for (const server of ["nfs", "source", "target"]) {
      const asks = program.find("Command", `host-names-${server}`);
      expect(asks.inputs.delete).toContain("take_back_resolver");
      expect(asks.deleteBeforeReplace).toBe(true);
      expect(program.waitsFor(asks)).toContain("Command name-server");
    }
    expect(program.find("Command", "host-names-target").inputs.stdin).toContain(
      "' nfs 192.0.2.1 source 192.0.2.2\n",
    );
    expect(program.find("Command", "name-server").inputs.delete).toContain("stop kvm-migration-lab-dnsmasq");
    expect(await promised(program.result.names)).toMatchObject({ unit: "kvm-migration-lab-dnsmasq" });
  });

  it("leaves the package's files of GlusterFS as they are, and lets nobody else mount the volume", async () => {
    const program = await record({ ...existing, storage: "glusterfs" });
    const { stdin } = program.find("Command", "glusterfs-volume-pool-source").inputs;
    expect(stdin).toMatch(/set -- \S+ \/migration\/brick existing \S+ 192\.0\.2\.1 \S+ 192\.0\.2\.3\n/);
    const addresses = ["192.0.2.1", "192.0.2.2", "192.0.2.3"];
    expect(program.find("Command", "glusterfs-volume").inputs.stdin).toContain(
      `set -- migration /migration/brick ${addresses.join(",")},127.0.0.1 ${addresses.join(" ")}\n`,
    );
  });

  it("looks at all three before it changes one", async () => {
    const program = await record({ ...existing, names: "dns", storage: "glusterfs" });
    const looks = ["nfs", "source", "target"].flatMap((server) => [
      `Command inspection-names-${server}`,
      `Command inspection-glusterfs-${server}`,
    ]);
    const changes = program.all("Command").filter(({ name }) => !name.startsWith("inspection-"));
    expect(changes.length).toBeGreaterThan(11);
    for (const change of changes) expect(program.waitsFor(change)).toEqual(expect.arrayContaining(looks));
    const nfs = String(program.find("Command", "inspection-glusterfs-nfs").inputs.stdin);
    expect(nfs).toMatch(/set -- \S+ \/migration\/brick migration '' 192\.0\.2\.1:\/migration 192/);
    const target = String(program.find("Command", "inspection-glusterfs-target").inputs.stdin);
    expect(target).toContain(" migration /var/lib/libvirt/images 192.0.2.1:/migration 192.0.2.1 192.0.2.2 ");
    expect(String(program.find("Command", "inspection-names-nfs").inputs.stdin)).toContain("192.0.2.1 yes\n");
  });

  it("lets source reach target's SSH where it listens", async () => {
    const program = await record(existing);
    expect(program.find("Command", "host-trust-source").inputs.stdin).toContain(
      "Match localuser root host target,192.0.2.3\n  Port 2222\n",
    );
  });

  it("takes back on delete what it made, whatever the storage; a lab that was built goes as a whole", async () => {
    for (const storage of ["nfs", "iscsi", "glusterfs"]) {
      const program = await record({ ...existing, storage });
      const stays = program
        .all("Command")
        .filter(({ inputs }) => inputs.delete === undefined)
        .map(({ name }) => name);
      // The guest's files and the volume are data.
      expect(stays.filter((name) => !/^(inspection|guest-|glusterfs-volume)/.test(name))).toEqual([]);
      const built = await record({ storage });
      expect(built.all("Command").filter(({ inputs }) => inputs.delete !== undefined)).toEqual([]);
    }
  });

  it("lets the key between the hosts in from the other host only", async () => {
    const program = await record(existing);
    expect(program.find("Command", "host-trust-source").inputs.stdin).toMatch(/ 192\.0\.2\.3\n#/);
    expect(program.find("Command", "host-trust-target").inputs.stdin).toMatch(/ 192\.0\.2\.2\n#/);
  });

  it("keeps the user's key a secret", async () => {
    const program = await record(existing);
    for (const { inputs, secrets } of program.resources) {
      const holders = Object.keys(inputs).filter((key) => JSON.stringify(inputs[key])?.includes("THE USER"));
      expect(holders.filter((key) => !secrets.includes(key))).toEqual([]);
    }
  });

  it("runs its scripts by sudo where the user is not root, and takes them back so", async () => {
    const program = await record({ ...existing, names: "dns" });
    expect(program.find("Command", "kvm-source").inputs.create).toBe("sh -s");
    const { create } = program.find("Command", "kvm-target").inputs;
    expect(create).toContain("exec sudo -n -H -- sh -c");
    expect(program.find("Command", "host-names-target").inputs.delete).toContain("exec sudo -n -H");
    const hosts = program.find("Guest", "guest").inputs.hosts as { name: string; sudo?: boolean }[];
    expect(hosts.map(({ name, sudo }) => [name, sudo])).toEqual([
      ["source", undefined],
      ["target", true],
    ]);
  });

  it("needs no private key where the SSH agent has one", async () => {
    const program = await record({ ...existing, sshPrivateKeyFile: "" });
    const { connection } = program.find("Command", "kvm-target").inputs;
    expect(connection).toMatchObject({ user: "admin", hostKey: "ssh-ed25519 AAAAt console" });
    expect(Object.keys(connection as object)).not.toContain("privateKey");
    const [home] = program.find("Guest", "guest").inputs.hosts as object[];
    expect(Object.keys(home ?? {})).not.toContain("privateKey");
  });

  it("refuses an encrypted key file, whose text would not do", async () => {
    const file = join(scratch, "encrypted");
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "secret", "-f", file]);
    await expect(record({ ...existing, sshPrivateKeyFile: file })).rejects.toThrow(/KVM-104[\s\S]*ssh-add/);
  });

  it("says which file it cannot read", async () => {
    await expect(record({ ...existing, sshPrivateKeyFile: join(scratch, "nothing") })).rejects.toThrow(
      /KVM-104[\s\S]*nothing \(config key sshPrivateKeyFile\)/,
    );
  });
});
