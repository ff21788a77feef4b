import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LabError } from "../../../errors/lab-error";
import { keys } from "../../../stacks/schema";
import { checkSettings, readProject } from "../../../stacks/settings";

/** The complaint about `given`, or nothing when it is accepted. */
function complaint(given: Record<string, unknown>): LabError | undefined {
  try {
    checkSettings(given);
    return undefined;
  } catch (error) {
    if (error instanceof LabError) return error;
    throw error;
  }
}

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
    expect(complaint({ storage: "floppy" })?.facts.expected).toContain("storage: nfs or iscsi");
  });

  it("is a folder on machines that exist already", () => {
    const { expected = "" } = complaint({ storage: "iscsi", machines: "existing" })?.facts ?? {};
    expect(expected).toContain("storage: nfs, because machines is existing");
  });

  it("has words of its own to break, and refuses another's, with all else that is wrong", () => {
    expect(complaint({ storage: "iscsi", break: ["chap", "clock"] })).toBeUndefined();
    expect(complaint({ storage: "iscsi", break: ["no-share"] })?.facts.expected).toContain(
      "words for storage: iscsi (",
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

  it("is accepted when it is complete", () => {
    expect(complaint(existing)).toBeUndefined();
  });

  it.each(Object.keys(existing).slice(1))("is refused without %s", (name) => {
    expect(complaint({ ...existing, [name]: "" })?.facts.expected).toBe(
      `${name}: a value, because machines is existing`,
    );
  });

  it("keeps the name servers that its machines have", () => {
    const complained = complaint({ ...existing, names: "dns" })?.facts.expected;
    expect(complained).toContain("names: hosts, because machines is existing");
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

describe("measure", () => {
  it("is true, false or an object of known options", () => {
    for (const measure of [true, false, {}, { intervalMs: 20, requestsPerSecond: 0 }])
      expect(complaint({ measure })).toBeUndefined();
    for (const measure of ["yes", "", [1], 3, null, { interval: 20 }, { intervalMs: 0 }, { file: "/x" }])
      expect(complaint({ measure })?.facts.code).toBe("KVM-101");
  });
});

describe("migrationOptions", () => {
  it("are told by the path inside the object, all that are wrong at once", () => {
    const migrationOptions = { mode: "fast", convergence: { action: "wait" }, bandwidth: 1 };
    const { expected, found } = complaint({ migrationOptions, measure: { beforeSeconds: -1 } })?.facts ?? {};
    expect(expected?.split("\n").map((line) => line.trim())).toEqual([
      "migrationOptions.mode: live, paused, postCopy, hybrid or offline",
      "migrationOptions.convergence.action: abort, pause, postCopy or force",
      expect.stringMatching(/^migrationOptions: none but mode, .* \(not bandwidth\)$/),
      "measure.beforeSeconds: whole seconds, from 0 to 3600",
    ]);
    expect(found?.split("\n").map((line) => line.trim())).toEqual([
      'migrationOptions.mode: "fast"',
      'migrationOptions.convergence.action: "wait"',
      `migrationOptions: ${JSON.stringify(migrationOptions)}`,
      "measure.beforeSeconds: -1",
    ]);
  });

  it("are an object", () => {
    for (const migrationOptions of ["postCopy", true, ["mode"], null])
      expect(complaint({ migrationOptions })?.facts.expected).toMatch(/^migrationOptions: an object of/);
  });

  it("stay as they are written: the defaults are the resource's", () => {
    expect(checkSettings({ migrationOptions: { mode: "postCopy" } }).migrationOptions).toEqual({
      mode: "postCopy",
    });
  });

  it("take no new name: the lab's Guest would be made a second time", () => {
    const refused = complaint({ migrationOptions: { newName: "mail" } });
    expect(refused?.facts.expected).toContain("(not newName): the lab knows its guest by its name");
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
