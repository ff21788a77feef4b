import { expect, it } from "vitest";
import { ExistingMachine } from "../../../components/existing-machine";
import { HostTrust } from "../../../components/host-trust";
import { KvmHost } from "../../../components/kvm-host";
import { HostsFiles } from "../../../components/names/hosts-files";
import { Nfs } from "../../../components/storage/nfs";
import { recordProgram } from "./recorded-program";
import { sampleMachine } from "./sample-machines";

const configure = () =>
  recordProgram(() => {
    const [nfs, source, target] = [sampleMachine("nfs"), sampleMachine("source"), sampleMachine("target")];
    const names = new HostsFiles("names", { machines: [nfs, source, target] });
    new HostTrust("trust", { hosts: [source, target] });
    const plan = { exportPath: "/migration", mountPoint: "/var/lib/libvirt/images" };
    const share = new Nfs("share", { machine: nfs, plan, clients: [source, target] });
    new KvmHost("kvm-source", { machine: source, names, share, bridge: "br0" });
  });

it("HostsFiles writes the same three lines on all three", async () => {
  const program = await configure();
  const texts = ["nfs", "source", "target"].map(
    (role) => program.find("Command", `names-${role}`).inputs.stdin,
  );
  expect(new Set(texts).size).toBe(1);
  expect(texts[0]).toContain(
    "192.0.2.1 nfs # kvm-migration-lab\n192.0.2.2 source # kvm-migration-lab\n192.0.2.3 target # kvm-migration-lab'",
  );
});

it("HostTrust gives both hosts one key, a secret, and both host keys without comments", async () => {
  const program = await configure();
  expect(program.all("Command").filter(({ name }) => name.startsWith("trust-"))).toHaveLength(2);
  const { inputs, secrets } = program.find("Command", "trust-target");
  expect(inputs.stdin).toContain("source ssh-ed25519 AAAAsource\ntarget ssh-ed25519 AAAAtarget'");
  expect(inputs.stdin).toContain("Match localuser root host target,192.0.2.3\n  Port 2222\n");
  expect(inputs.stdin).toMatch(/^\{\nset -- 'PRIVATE trust' /);
  expect(secrets).toEqual(expect.arrayContaining(["stdin", "connection"]));
  expect(program.find("SshKeyPair", "trust").inputs.comment).toBe("kvm-migration-lab");
});

it("Nfs exports to the two hosts and to nobody else", async () => {
  const { stdin } = (await configure()).find("Command", "share").inputs;
  const options = "(rw,sync,no_subtree_check,no_root_squash)";
  expect(stdin).toContain(`set -- /migration '/migration 192.0.2.2${options} 192.0.2.3${options}'\n`);
});

it("KvmHost mounts the share where libvirt keeps its images, in fstab too, after names and export", async () => {
  const program = await configure();
  const command = program.find("Command", "kvm-source");
  expect(command.inputs.stdin).toMatch(
    /^\{\nset -- 'nfs:\/migration \/var\/lib\/libvirt\/images nfs4 \S*_netdev\S* 0 0' \/var\/lib\/libvirt\/images nfs:\/migration br0\n/,
  );
  expect(program.waitsFor(command)).toEqual([
    "Command kvm-source-libvirt",
    "Command names-source",
    "Command share",
  ]);
});

it("KvmHost starts libvirtd while the share is still being exported", async () => {
  const program = await configure();
  const command = program.find("Command", "kvm-source-libvirt");
  expect(command.inputs.stdin).toMatch(/^\{\nset -- source\n/);
  expect(program.waitsFor(command)).toEqual(["Command names-source"]);
});

it("ExistingMachine refuses a login that it cannot read", async () => {
  const args = { role: "nfs", hostKey: "ssh-ed25519 AAAA", privateKey: "PRIVATE" } as const;
  await expect(
    recordProgram(() => new ExistingMachine("nfs", { ...args, login: "server.example" })),
  ).rejects.toThrow(/KVM-101[\s\S]*nfsAddress: server\.example/);
});
