import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, it } from "vitest";
import { promised, record } from "./recorded-lab";
import type { RecordedProgram } from "./recorded-program";
import { privatePlatform } from "./sample-platforms";

type Recorded = Awaited<ReturnType<typeof record>>;
const waitsFor = (program: RecordedProgram, type: string, name: string) =>
  program.waitsFor(program.find(type, name));

describe("a bare lab", () => {
  it("has three servers, the guest's files on its first host, and nothing set up", async () => {
    const program = await record({ start: "bare" });
    expect(program.all("Domain")).toHaveLength(3);
    expect(program.all("Command").map(({ name }) => name)).toEqual([
      "bare-nfs",
      "bare-source",
      "bare-target",
      "guest-to-install-files",
    ]);
    expect(program.all("CopyToRemote")).toHaveLength(1);
    expect([...program.all("Guest"), ...program.all("Migration")]).toEqual([]);
    expect(waitsFor(program, "Command", "guest-to-install-files")).toContain("Domain source");
  });

  it("has what the packages of its names and storage bring elsewhere, and nothing else of them", async () => {
    const scriptOf = async (settings: Record<string, unknown>, server: string) =>
      String((await record({ start: "bare", ...settings })).find("Command", `bare-${server}`).inputs.stdin);
    expect(await scriptOf({ names: "dns" }, "nfs")).toMatch(/^set -- nfs '\[Unit\]/m);
    expect(await scriptOf({}, "nfs")).toMatch(/^set -- nfs ''$/m);
    expect(await scriptOf({ storage: "iscsi" }, "source")).toMatch(/^set -- iscsi$/m);
    expect(await scriptOf({ storage: "glusterfs" }, "target")).toMatch(/^set -- glusterfs$/m);
  });

  it("copies no file of the guest to a server that was kept with it", async () => {
    const platform = { warmDisks: { source: "/warm-source.qcow2" } };
    const copies = async (warmGuest: string) =>
      (await record({ start: "bare" }, { ...platform, warmGuest })).all("CopyToRemote");
    expect(await copies("bare-key1")).toEqual([]);
    expect(await copies("key1")).toHaveLength(1);
  });
});

describe("a built lab", () => {
  let program: Recorded;
  beforeAll(async () => {
    program = await record({});
  });

  it("consists of three servers, a share, names, trust, a guest and its place", () => {
    expect(program.all("Domain").map(({ name }) => name)).toEqual(["nfs", "source", "target"]);
    expect(program.all("Command").map(({ name }) => name)).toEqual([
      "broken-source",
      "broken-target",
      "guest-on-share",
      "host-names-nfs",
      "host-names-source",
      "host-names-target",
      "host-trust-source",
      "host-trust-target",
      "kvm-source",
      "kvm-source-libvirt",
      "kvm-target",
      "kvm-target-libvirt",
      "nfs-share",
    ]);
    expect(program.all("Guest")).toHaveLength(1);
    expect(program.all("Migration")).toHaveLength(1);
  });

  it("has every resource in a component of the lab", () => {
    const orphans = program.resources.filter(({ parent, name }) => parent === "" && name !== "lab");
    expect(orphans).toEqual([]);
  });

  it("starts the three servers side by side", () => {
    for (const role of ["nfs", "source", "target"]) {
      expect(waitsFor(program, "Domain", role).filter((other) => other.startsWith("Domain"))).toEqual([]);
    }
  });

  it("exports the share as soon as nfs is there", () => {
    const machines = waitsFor(program, "Command", "nfs-share").filter((other) => other.startsWith("Domain"));
    expect(machines).toEqual(["Domain nfs"]);
    expect(waitsFor(program, "Command", "nfs-share").filter((o) => o.startsWith("Command"))).toEqual([]);
  });

  it("mounts the share when it is exported and the host knows the server's name", () => {
    const before = waitsFor(program, "Command", "kvm-target").filter((o) => o.startsWith("Command"));
    expect(before).toEqual(["Command host-names-target", "Command kvm-target-libvirt", "Command nfs-share"]);
  });

  it("starts the guest when its files and source are ready, without target", () => {
    const before = waitsFor(program, "Guest", "guest");
    expect(before).toEqual(expect.arrayContaining(["Command guest-on-share", "Command kvm-source"]));
    // Target's domain is started, which takes no time; its boot is not waited for.
    expect(before.filter((other) => /^Command .*target/.test(other))).toEqual([]);
    expect(before).not.toContain("Command host-trust-source");
  });

  it("moves the guest when everything else is done", () => {
    expect(waitsFor(program, "Migration", "migration")).toEqual(
      expect.arrayContaining([
        "Guest guest",
        "Command kvm-source",
        "Command kvm-target",
        "Command host-names-source",
        "Command host-names-target",
        "Command host-trust-source",
        "Command host-trust-target",
      ]),
    );
  });

  it("does again on a machine that is made again what was done on the old one", () => {
    for (const command of [...program.all("Command"), ...program.all("CopyToRemote")]) {
      const machine = program.replacedWith(command);
      expect([command.name, machine]).toEqual([command.name, [expect.stringMatching(/^Domain /)]]);
      expect(program.waitsFor(command)).toEqual(expect.arrayContaining(machine));
    }
  });

  it("makes the guest again with any of the servers, and moves it again", () => {
    const guest = program.find("Guest", "guest");
    expect(program.replacedWith(guest)).toEqual(["Domain nfs", "Domain source", "Domain target"]);
    const migration = program.find("Migration", "migration");
    expect(program.replacedWith(migration)).toEqual(["Guest guest"]);
    expect([guest.deleteBeforeReplace, migration.deleteBeforeReplace]).toEqual([true, true]);
  });

  it("never has two things of one fixed name on the hypervisor", () => {
    const fixed = program.resources.filter(({ type }) => /^libvirt:index/.test(type));
    expect(fixed.length).toBeGreaterThan(10);
    for (const { type, name, deleteBeforeReplace } of fixed) {
      expect([type, name, deleteBeforeReplace]).toEqual([type, name, true]);
    }
  });

  it("says where the guest should run, and asks it from nfs", () => {
    const { inputs, secrets } = program.find("Migration", "migration");
    expect(inputs).toMatchObject({
      guest: "guest",
      to: "target",
      observer: { name: "nfs", port: 22_002 },
      probe: { address: "10.77.0.50", port: 7000 },
      hosts: [
        { name: "source", port: 22_003 },
        { name: "target", port: 22_004 },
      ],
    });
    expect(secrets).toEqual(expect.arrayContaining(["hosts", "observer"]));
  });

  it("keeps every private key secret, wherever it goes", () => {
    for (const { name, type, inputs, secrets } of program.resources) {
      const holders = Object.keys(inputs).filter((key) => JSON.stringify(inputs[key])?.includes("PRIVATE"));
      expect([type, name, holders]).toEqual([type, name, holders.filter((key) => secrets.includes(key))]);
    }
  });

  it("gives the outputs that ./lab reads, the connections as a secret", async () => {
    const outputs = program.result;
    expect(Object.keys(outputs).sort()).toEqual(
      [
        "addresses",
        "guest",
        "guests",
        "hosts",
        "hypervisor",
        "migration",
        "releases",
        "share",
        "start",
      ].sort(),
    );
    const hosts = pulumi.output(outputs.hosts);
    expect(await pulumi.isSecret(hosts as pulumi.Output<unknown>)).toBe(true);
    expect(await promised(hosts)).toMatchObject([{ name: "nfs" }, { name: "source" }, { name: "target" }]);
    expect(await promised(outputs.guest)).toEqual({
      name: "guest",
      address: "10.77.0.50",
      acceleration: "kvm",
      runningOn: "target",
      state: "running",
    });
    expect(await promised(outputs.share)).toEqual({
      kind: "nfs",
      server: "nfs",
      path: "/migration",
      mountPoint: "/var/lib/libvirt/images",
    });
    expect(await promised(outputs.hypervisor)).toBe(privatePlatform.uri);
    expect(await promised(outputs.migration)).toMatchObject({ runningOn: "target", moved: true });
  });
});

describe("a lab that is broken", () => {
  it("has the guest broken when it runs, after what is fixed, before it is moved", async () => {
    const program = await record({ break: ["bridge", "clock"] });
    const broken = program.find("Command", "broken-guest");
    expect(program.waitsFor(broken)).toEqual(
      expect.arrayContaining(["Guest guest", "Command broken-source"]),
    );
    expect(program.replacedWith(broken)).toEqual(["Domain source", "Guest guest"]);
    expect(waitsFor(program, "Migration", "migration")).toContain("Command broken-guest");
  });
});

describe("settings", () => {
  it("reach the parts that they are for", async () => {
    const program = await record({
      network: "192.168.5.0/24",
      nfsMemoryMiB: 300,
      hostMemoryMiB: 900,
      hostVcpus: 3,
      guestName: "web",
      guestMemoryMiB: 96,
      guestAddress: "192.168.5.77/24",
      guestRunsOn: "source",
      bridge: "br9",
      waive: ["KVM-636"],
    });
    expect(program.find("libvirt:index/network:Network", "network").inputs).toMatchObject({
      addresses: ["192.168.5.0/24"],
    });
    expect(program.find("Domain", "nfs").inputs).toMatchObject({ memory: 300, vcpu: 3 });
    expect(program.find("Domain", "target").inputs).toMatchObject({ memory: 900, vcpu: 3 });
    expect(program.find("Guest", "guest").inputs).toMatchObject({
      name: "web",
      startOn: "source",
      probe: { address: "192.168.5.77", port: 7000 },
    });
    const definition = String(program.find("Guest", "guest").inputs.definition);
    expect(definition).toContain("<name>web</name>");
    expect(definition).toContain('<memory unit="MiB">96</memory>');
    expect(definition).toContain('<source bridge="br9"/>');
    expect(definition).toContain("192.168.5.77/24");
    expect(program.find("Command", "kvm-source").inputs.stdin).toContain(" br9\n");
    expect(program.find("Migration", "migration").inputs).toMatchObject({ to: "source", waive: ["KVM-636"] });
  });
});
