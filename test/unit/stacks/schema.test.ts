import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { keys } from "../../../stacks/schema";
import { checkSettings, readProject } from "../../../stacks/settings";
import { complaint } from "./complaint";

describe("the schema and Pulumi.yaml's typed config", () => {
  const { config } = readProject();

  it("have the same keys", () => {
    expect(Object.keys(config)).toEqual(expect.arrayContaining(Object.keys(keys)));
    expect(Object.keys(keys)).toEqual(expect.arrayContaining(Object.keys(config)));
  });

  it("have the same types", () => {
    const types = { boolean: "boolean", number: "integer", object: "object", string: "string" };
    for (const [name, { type, default: value }] of Object.entries(config)) {
      const typed = Array.isArray(value) ? "array" : types[typeof value as keyof typeof types];
      // The engine has no type for "true, false or an object".
      expect([name, type]).toEqual([name, name === "measure" ? undefined : typed]);
    }
  });

  it("agree that the defaults are right, and say what each key is for", () => {
    expect(complaint({})).toBeUndefined();
    for (const { description } of Object.values(config)) expect(description).not.toBe("");
    for (const schema of Object.values(keys)) {
      expect(schema.meta()).toMatchObject({
        allowed: expect.stringMatching(/\S/),
        explanation: expect.stringMatching(/\S/),
      });
    }
  });
});

describe("storage", () => {
  it("is of a kind that there is", () => {
    expect(complaint({ storage: "iscsi" })).toBeUndefined();
    expect(complaint({ storage: "glusterfs" })).toBeUndefined();
    expect(complaint({ storage: "floppy" })?.facts.expected).toContain("storage: nfs, iscsi or glusterfs");
  });

  it("has a number for each guest's LUN, which comes from its address", () => {
    const guests = (...addresses: string[]) =>
      addresses.map((address, index) => ({ name: `guest${index}`, address }));
    const given = { storage: "iscsi", network: "10.77.0.0/16" };
    expect(complaint({ ...given, guests: guests("10.77.0.50/16", "10.77.1.51/16") })).toBeUndefined();
    expect(
      complaint({ ...given, guests: guests("10.77.0.50/16", "10.77.1.50/16") })?.facts.expected,
    ).toContain("addresses whose last numbers differ");
  });

  it("has words of its own to break, and refuses another's, with all else that is wrong", () => {
    expect(complaint({ storage: "iscsi", break: ["chap", "clock"] })).toBeUndefined();
    expect(complaint({ storage: "iscsi", break: ["no-share"] })?.facts.expected).toContain(
      "words for storage: iscsi (",
    );
    expect(complaint({ storage: "glusterfs", break: ["no-share", "no-quorum"] })).toBeUndefined();
    expect(complaint({ storage: "glusterfs", break: ["other-share"] })?.facts.expected).toContain(
      "words for storage: glusterfs (",
    );
    expect(complaint({ break: ["other-lun"], guestRunsOn: "moon" })?.facts.expected).toMatch(
      /words for storage: nfs \([\s\S]*one of hosts|one of hosts[\s\S]*words for storage: nfs \(/,
    );
  });
});

describe("releases", () => {
  it("are of servers that there are, and of releases that there are, all faults at once", () => {
    expect(complaint({ release: "trixie", releases: { nfs: "bookworm", target: "trixie" } })).toBeUndefined();
    expect(complaint({ hosts: ["a", "b"], guestRunsOn: "a", releases: { b: "trixie" } })).toBeUndefined();
    const { expected = "", found } =
      complaint({
        release: "sid",
        releases: { target: "etch" },
        guestRunsOn: "moon",
      })?.facts ?? {};
    expect(expected).toContain("release: bookworm or trixie");
    expect(expected).toContain("releases: an object of servers' names");
    expect(expected).toContain("one of hosts");
    expect(found).toContain('{"target":"etch"}');
    expect(complaint({ releases: { third: "trixie" } })?.facts.expected).toContain(
      "releases: names of servers only: nfs and those of hosts",
    );
  });

  it.each([{ machines: "existing" }, { hostImage: "/images/debian.qcow2" }])("are refused with %o", (own) => {
    const { expected = "" } =
      complaint({ ...own, release: "trixie", releases: { target: "trixie" } })?.facts ?? {};
    const [key = ""] = Object.keys(own);
    expect(expected).toContain(`release: bookworm, which is the default, because ${key} is`);
    expect(expected).toContain(`releases: nothing, because ${key} is`);
    expect(complaint({ ...own })?.facts.expected ?? "").not.toContain("release");
  });
});

describe("checkSettings", () => {
  it("fills in the defaults", () => {
    expect(checkSettings({ guestRunsOn: "source" })).toMatchObject({
      guestRunsOn: "source",
      hostMemoryMiB: 1024,
      network: "10.77.0.0/24",
    });
  });

  it("names every key that is wrong, its value and what is allowed, at once", () => {
    const error = complaint({ guestRunsOn: "moon", hostVcpus: 0, network: "8.8.8.0/24", gestName: "x" });
    expect(error?.facts).toMatchObject({ code: "KVM-101" });
    expect(error?.facts.expected.split("\n").map((line) => line.trim())).toEqual([
      "network: a private IPv4 network of /16 to /26, such as 10.77.0.0/24",
      "hostVcpus: 1 to 64",
      "one of the lab's keys; did you mean guestName?",
      "guestRunsOn: one of hosts",
    ]);
    expect(error?.facts.found.split("\n").map((line) => line.trim())).toEqual([
      'network: "8.8.8.0/24"',
      "hostVcpus: 0",
      'gestName: "x"',
      'guestRunsOn: "moon", hosts: ["source","target"]',
    ]);
  });

  it("reports broken rules beside wrong values", () => {
    const found = complaint({ guestMemoryMiB: 900, hostVcpus: 0 })?.facts.found;
    expect(found).toContain("hostVcpus: 0");
    expect(found).toContain("guestMemoryMiB: 900, hostMemoryMiB: 1024");
  });

  it("lists the keys when an unknown one is like none of them", () => {
    expect(complaint({ colour: "red" })?.facts.expected).toContain("guestRunsOn");
  });

  it.each([
    ["nfsMemoryMiB", "512"],
    ["hostVcpus", 1.5],
    ["bridge", "a-name-that-is-far-too-long"],
    ["guestName", "../../etc"],
    ["guestName", "with space"],
    ["network", "10.77.0.1/24"],
    ["network", "10.77.0.0/27"],
    ["network", "10.77.0.0"],
    ["hypervisor", "http://host"],
    ["hostImageSha256", "abc"],
    ["guestAddress", "10.77.0.50"],
    ["guestAddress", "10.77.0.4/24"],
    ["guestAddress", "10.77.0.255/24"],
    ["guestAddress", "10.77.0.50/16"],
    ["guestAddress", "10.78.0.50/24"],
    ["nfsAddress", "root@server.example"],
    ["nfsAddress", "10.0.0.1"],
    ["nfsAddress", "root@10.0.0.1:0"],
    ["nfsAddress", "root@10.0.0.1:65536"],
    ["nfsHostKey", "AAAAC3"],
  ])("refuses %s: %j", (name, value) => {
    expect(complaint({ [name]: value })?.facts.found).toContain(`${name}: ${JSON.stringify(value)}`);
  });

  it.each([
    ["hypervisor", "qemu+ssh://me@server/system"],
    ["network", "192.168.0.0/16"],
    ["guestAddress", "10.77.0.50/24"],
    ["guestAddress", "10.77.0.254/24"],
    ["nfsAddress", "root@[fe80::1]:2222"],
    ["nfsHostKey", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA comment with words"],
  ])("accepts %s: %j", (name, value) => {
    expect(complaint({ [name]: value })).toBeUndefined();
  });

  it("wants a sha256 for an image given by URL, not for one given by path", () => {
    expect(complaint({ hostImage: "https://server/image.qcow2" })?.facts.expected).toContain(
      "hostImageSha256: the image's sha256",
    );
    const hostImageSha256 = "a".repeat(64);
    expect(complaint({ hostImage: "https://server/image.qcow2", hostImageSha256 })).toBeUndefined();
    expect(complaint({ hostImage: "/images/debian.qcow2" })).toBeUndefined();
  });
});

describe("any configuration at all", () => {
  const value = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.array(fc.string()));
  const name = fc.oneof(fc.constantFrom(...Object.keys(keys)), fc.string({ minLength: 1 }));

  it("is either accepted or refused by a complaint that names each key it complains of", () => {
    fc.assert(
      fc.property(fc.dictionary(name, value, { maxKeys: 6 }), (given) => {
        const error = complaint(given);
        if (!error) return;
        const { expected, found } = error.facts;
        expect(expected.split("\n            ")).toHaveLength(found.split("\n            ").length);
      }),
    );
  });

  it("never makes a right key wrong by adding an unknown one", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (unknown) => {
        fc.pre(!(unknown in keys) && unknown !== "__proto__");
        expect(complaint({ [unknown]: 1, guestRunsOn: "source" })?.facts.found).toBe(`${unknown}: 1`);
      }),
    );
  });

  it("gives every private network from /16 to /26 addresses that a guest may have", () => {
    fc.assert(
      fc.property(fc.integer({ min: 16, max: 26 }), fc.nat(), (prefix, seed) => {
        const bits = 32 - prefix;
        const base = (10 * 2 ** 24 + (seed % 2 ** (prefix - 8)) * 2 ** bits) >>> 0;
        const dotted = (address: number) =>
          [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".");
        expect(complaint({ network: `${dotted(base)}/${prefix}` })).toBeUndefined();
        const guestAddress = `${dotted(base + 50)}/${prefix}`;
        expect(complaint({ network: `${dotted(base)}/${prefix}`, guestAddress })).toBeUndefined();
      }),
    );
  });
});

describe("a text of JSON, as older stacks' files and saves have it where an object is allowed now", () => {
  it("is what it says", () => {
    const written = { migrationOptions: '{"mode": "postCopy"}', measure: "true" };
    expect(checkSettings(written)).toMatchObject({ migrationOptions: { mode: "postCopy" }, measure: true });
    expect(checkSettings({ measure: '{"beforeSeconds":20}' }).measure).toEqual({ beforeSeconds: 20 });
  });

  it("is checked like any other value", () => {
    expect(complaint({ migrationOptions: '{"mode": "fast"}' })?.facts.found).toBe(
      'migrationOptions.mode: "fast"',
    );
    expect(complaint({ migrationOptions: "{mode: fast}" })?.facts.found).toBe(
      'migrationOptions: "{mode: fast}"',
    );
  });

  it("stays a text where a text is meant", () => {
    expect(checkSettings({ guestName: "true" }).guestName).toBe("true");
  });
});
