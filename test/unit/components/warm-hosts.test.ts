import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hostsToKeep, warmRoles } from "../../../components/warm-hosts";
import { keyOfHosts } from "../../../machines/snapshots/boots/hosts-memory";
import { type Break, type BreakWord, breaks, breakWordsFor } from "../../../stacks/breaks";
import { checkSettings } from "../../../stacks/settings";

const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI";
const servers = ["nfs", "source", "target"];
const existing = {
  sshPrivateKeyFile: "/root/.ssh/id_ed25519",
  guestAddress: "10.0.0.50/24",
  machines: "existing",
  ...Object.fromEntries(
    servers.flatMap((role, index) => [
      [`${role}Address`, `root@10.0.0.${index + 2}`],
      [`${role}HostKey`, key],
    ]),
  ),
};
const rolesOf = (given: Record<string, unknown>) => warmRoles(checkSettings(given));

describe("servers that may start warm", () => {
  it("are all three of a lab of the private hypervisor", () => {
    expect(rolesOf({})).toEqual(servers);
  });

  it.each<BreakWord>(["cpu-vendor", "cpu-model", "nx"])(
    "are not target with %s: its processor is another",
    (word) => {
      expect(rolesOf({ break: [word] })).toEqual(["nfs", "source"]);
    },
  );

  it("are all but source where the guest that is kept there is none of the lab's", () => {
    const guest = { name: "guest", startsOn: "source", runsOn: "target" };
    expect(rolesOf({ guests: [{ name: "web" }, guest] })).toEqual(["nfs", "target"]);
    expect(rolesOf({ guests: [guest, { name: "web" }] })).toEqual(servers);
    const first = { name: "web", address: "10.77.0.60/24" };
    expect(rolesOf({ guests: [first, { ...guest, address: "10.77.0.50/24" }] })).toEqual(servers);
    expect(rolesOf({ guests: [{ ...guest, memoryMiB: 96 }] })).toEqual(["nfs", "target"]);
    expect(rolesOf({ guests: [{ ...guest, startsOn: "target" }] })).toEqual(["nfs", "target"]);
  });

  it("are those of the release that most have, and none where the share's server is of another", () => {
    expect(rolesOf({ release: "trixie" })).toEqual(servers);
    expect(rolesOf({ releases: { target: "trixie" } })).toEqual(["nfs", "source"]);
    expect(rolesOf({ releases: { source: "trixie" } })).toEqual(["nfs", "target"]);
    expect(rolesOf({ releases: { nfs: "trixie" } })).toEqual([]);
  });

  it("are all three with GlusterFS: nothing of it is one lab's own", () => {
    expect(rolesOf({ storage: "glusterfs" })).toEqual(servers);
  });

  it("are all or none with iSCSI: the kept guest's LUN is on the server, and the hosts are logged in to it", () => {
    expect(rolesOf({ storage: "iscsi" })).toEqual(servers);
    expect(rolesOf({ storage: "iscsi", guests: [{ name: "web" }, { name: "db" }] })).toEqual([]);
  });

  it.each(
    breakWordsFor({ storage: "nfs" }).filter((word) => !["cpu-vendor", "cpu-model", "nx"].includes(word)),
  )("are all three with %s, which is broken on a server that runs", (word) => {
    const { names = "hosts" }: Break = breaks[word];
    expect(rolesOf({ break: [word], names })).toEqual(servers);
  });

  it.each([
    ["existing machines", existing],
    ["a hypervisor that is there already", { hypervisor: "qemu:///system" }],
    ["an image of the user's own", { hostImage: "/images/own.qcow2" }],
    ["warmStart: false", { warmStart: false }],
  ])("are none with %s", (_name, given) => {
    expect(rolesOf(given)).toEqual([]);
  });
});

describe("a set's key", () => {
  let folder = "";
  let program = "";
  let disk = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "warm-hosts-"));
    [program, disk] = [join(folder, "qemu"), join(folder, "disk.qcow2")];
    await writeFile(program, "a program");
    await writeFile(disk, "an image");
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const keyWith = (
    given: Record<string, unknown>,
    acceleration: "kvm" | "tcg" = "tcg",
    guestKey = "guest",
    imageKey = "image",
  ) => {
    const image = { key: imageKey, disk, kernel: "/k", initrd: "/i", cmdline: "rw" };
    return keyOfHosts(hostsToKeep(checkSettings(given), image, acceleration, guestKey), [program]);
  };

  it.each([
    ["where the guest should run", { guestRunsOn: "source" }],
    ["what is broken", { break: ["firewall"] }],
    ["what is waived", { waive: ["KVM-636"] }],
    ["whether a move is measured", { measure: true }],
    ["how the guest is moved", { migrationOptions: { mode: "postCopy" } }],
    ["how the servers know their names", { names: "dns" }],
    ["that there are several guests", { guests: [{ name: "web" }, { name: "db" }] }],
    ["that the acceleration was named", { acceleration: "tcg" }],
  ])("is the same for labs that differ in %s only", async (_name, given) => {
    expect(await keyWith(given)).toBe(await keyWith({}));
  });

  it.each([
    ["the servers' memory", { hostMemoryMiB: 2048 }],
    ["the servers' processors", { hostVcpus: 2 }],
    ["the network", { network: "10.78.0.0/24" }],
    ["the guest's memory", { guestMemoryMiB: 256 }],
  ])("is another with another value for %s", async (_name, given) => {
    expect(await keyWith(given)).not.toBe(await keyWith({}));
  });

  it("is another with another acceleration, guest, image", async () => {
    const keys = await Promise.all([
      keyWith({}),
      keyWith({}, "kvm"),
      keyWith({}, "tcg", "other guest"),
      keyWith({}, "tcg", "guest", "other image"),
    ]);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("is another when QEMU was updated, and when the image was built again from the same recipe", async () => {
    const before = await keyWith({});
    await writeFile(program, "a newer program");
    const updated = await keyWith({});
    await utimes(disk, 1, 1);
    const rebuilt = await keyWith({});
    expect(new Set([before, updated, rebuilt]).size).toBe(3);
  });

  it("is not to be known before there is a QEMU", async () => {
    await rm(program);
    expect(await keyWith({})).toBeUndefined();
  });
});
