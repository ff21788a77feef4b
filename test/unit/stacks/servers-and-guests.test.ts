import { describe, expect, it } from "vitest";
import { checkSettings } from "../../../stacks/settings";
import { storageKinds } from "../../../stacks/topology/storage-kinds";
import { complaint } from "./complaint";

describe("hosts", () => {
  const three = ["source", "target", "third"];

  it("are two by default, and as many as eight", () => {
    expect(checkSettings({}).hosts).toEqual(["source", "target"]);
    expect(complaint({ hosts: three, guestRunsOn: "third" })).toBeUndefined();
    expect(complaint({ hosts: "abcdefgh".split(""), guestRunsOn: "h" })).toBeUndefined();
  });

  it.each([
    [["only"], "2 to 8 names"],
    [["source", "source"], "each once"],
    [["source", "nfs"], "not nfs"],
    [["source", "Target"], "small letter"],
    [["source", "a-"], "small letter"],
    [["source", "two words"], "small letter"],
    ["abcdefghi".split(""), "2 to 8 names"],
  ])("are refused: %j", (hosts, allowed) => {
    expect(complaint({ hosts })?.facts.expected).toContain(allowed);
  });

  it("have the guest on one of them", () => {
    expect(complaint({ hosts: ["kvm1", "kvm2"] })?.facts.expected).toContain("guestRunsOn: one of hosts");
    expect(complaint({ hosts: ["kvm1", "kvm2"], guestRunsOn: "kvm2" })).toBeUndefined();
  });

  it("leave their addresses to nobody else, and are broken only where they are the course's", () => {
    const guestAddress = "10.77.0.5/24";
    expect(complaint({ guestAddress })).toBeUndefined();
    expect(complaint({ guestAddress, hosts: three })?.facts.found).toContain("guestAddress");
    const named = { hosts: ["kvm1", "kvm2"], guestRunsOn: "kvm1", break: ["firewall"] };
    expect(complaint(named)?.facts.expected).toContain("hosts does not begin with source and target");
    expect(complaint({ hosts: three, break: ["firewall"] })).toBeUndefined();
  });
});

describe("guests", () => {
  const web = { name: "web" };

  it.each([
    [{ guests: [web, { name: "db", startsOn: "target", runsOn: "source", memoryMiB: 96 }] }],
    [{ guests: [{ ...web, address: "10.77.0.77/24", migrationOptions: { mode: "postCopy" } }] }],
    [
      {
        guests: Array.from({ length: 12 }, (_, index) => ({ name: `g${index}`, memoryMiB: 64 })),
        hostMemoryMiB: 2048,
      },
    ],
  ])("may be a list: %j", (given) => expect(complaint(given)).toBeUndefined());

  it.each([
    [{ guests: [web, web] }, "a name that no other has"],
    [{ guests: [{ name: "" }] }, "a list of at most 12 guests"],
    [{ guests: [{ runsOn: "source" }] }, "a list of at most 12 guests"],
    [{ guests: [{ ...web, memory: 96 }] }, "any of memoryMiB, address"],
    [{ guests: [{ ...web, memoryMiB: "96" }] }, "any of memoryMiB, address"],
    [
      { guests: [{ ...web, migrationOptions: { mode: "fast" } }] },
      "guests.0.migrationOptions.mode: live, paused",
    ],
    [{ guests: [{ ...web, migrationOptions: { newName: "other" } }] }, "the lab knows its guest by its name"],
    [{ guests: "web" }, "a list of at most 12 guests"],
    [{ guests: Array.from({ length: 13 }, (_, index) => ({ name: `g${index}` })) }, "at most 12"],
    [{ guests: [{ ...web, runsOn: "third" }] }, "startsOn and runsOn of each guest to be one of hosts"],
    [{ guests: [web], guestAddress: "10.77.0.60/24" }, "left out, because guests is given"],
    [{ guests: [{ ...web, address: "10.77.0.3/24" }] }, "a free address of network"],
    [{ guests: [web, { name: "db", address: "10.77.0.50/24" }] }, "a free address of network"],
    [
      {
        guests: [
          { ...web, memoryMiB: 500 },
          { name: "db", memoryMiB: 500 },
        ],
      },
      "whose memory on any one host",
    ],
  ])("are refused: %j", (given, allowed) => {
    expect(complaint(given)?.facts.expected).toContain(allowed);
  });
});

describe("names", () => {
  it("are in hosts files, unless a name server is asked for", () => {
    expect(checkSettings({}).names).toBe("hosts");
    expect(checkSettings({ names: "dns" }).names).toBe("dns");
    expect(complaint({ names: "mdns" })?.facts.expected).toContain("names: hosts or dns");
  });

  it.each([
    [{ hostImage: "/images/debian.qcow2" }, "hosts, because hostImage is another image"],
    [{ guestName: "Target" }, "another name than the servers have"],
    [{ guests: [{ name: "web" }, { name: "Web" }] }, "names that neither a server nor another guest has"],
    [{ guests: [{ name: "NFS" }] }, "names that neither a server nor another guest has"],
    [{ break: ["name-missing"] }, "break: not name-missing, because names is dns"],
    [{ names: "hosts", break: ["dns-down"] }, "dns-down, because names is hosts"],
  ])("are refused with what does not go with them: %j", (given, expected) => {
    expect(complaint({ names: "dns", ...given })?.facts.expected).toContain(expected);
  });

  it("go with the words that break either, and with any guest where they are in hosts files", () => {
    expect(complaint({ names: "dns", break: ["dns-stale", "name-wrong", "firewall"] })).toBeUndefined();
    expect(complaint({ break: ["name-missing", "name-wrong"] })).toBeUndefined();
    expect(complaint({ guestName: "target" })).toBeUndefined();
  });
});

describe("a lab of existing machines", () => {
  const existing = {
    machines: "existing",
    nfsAddress: "root@192.0.2.1",
    sourceAddress: "root@192.0.2.2",
    targetAddress: "root@192.0.2.3:2222",
    nfsHostKey: "ssh-ed25519 AAAAn",
    sourceHostKey: "ssh-ed25519 AAAAs",
    targetHostKey: "ssh-ed25519 AAAAt",
    sshPrivateKeyFile: "/keys/id_ed25519",
    guestAddress: "192.0.2.50/24",
  };

  it("is accepted when it is complete, and with the SSH agent's keys in place of a file's", () => {
    expect(complaint(existing)).toBeUndefined();
    expect(complaint({ ...existing, sshPrivateKeyFile: "" })).toBeUndefined();
  });

  it.each(Object.keys(existing).filter((key) => !["machines", "sshPrivateKeyFile"].includes(key)))(
    "is refused without %s",
    (name) => {
      expect(complaint({ ...existing, [name]: "" })?.facts.expected).toBe(
        `${name}: a value, because machines is existing`,
      );
    },
  );

  it.each(
    storageKinds.flatMap((storage) => (["hosts", "dns"] as const).map((names) => ({ storage, names }))),
  )("is accepted with $storage and names by $names", (kinds) => {
    expect(complaint({ ...existing, ...kinds })).toBeUndefined();
  });

  it("needs three different machines", () => {
    const error = complaint({ ...existing, targetAddress: "root@192.0.2.2:2222" });
    expect(error?.facts.expected).toContain("three machines with three addresses");
    expect(error?.facts.found).toContain("192.0.2.2:2222");
  });

  it("leaves the guest an address of its own", () => {
    expect(complaint({ ...existing, guestAddress: "192.0.2.2/24" })?.facts.expected).toBe(
      "guestAddress: an address that none of the three machines has",
    );
  });

  it("does not ask how much memory the machines have", () => {
    expect(complaint({ ...existing, guestMemoryMiB: 65_536 })).toBeUndefined();
  });
});
