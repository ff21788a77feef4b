import { describe, expect, test } from "vitest";
import { KvmlabProvider } from "../../../provider/kvmlab-provider";
import { EngineLog } from "../../../provider/protocol/engine-log";
import { isSecret, type PropertyMap, secret, unknownText } from "../../../provider/protocol/property-values";

const provider = new KvmlabProvider(new EngineLog());
const urn = (type: string) =>
  `urn:pulumi:dev::kvm-migration-lab::kvm-migration-lab:index:Lab$kvmlab:index:${type}::it`;
const host = (name: string) => ({
  name,
  address: "127.0.0.1",
  port: 22,
  user: "root",
  privateKey: "k",
  hostKey: "h",
});
const migration = { guest: "guest", hosts: secret([host("source"), host("target")]), to: "target" };

describe("check", () => {
  test("takes what is right, secrets left as they are", () => {
    const { failures, inputs } = provider.check(urn("Migration"), migration);
    expect(failures).toEqual([]);
    expect(isSecret(inputs.hosts)).toBe(true);
  });

  test("names the property that is wrong", () => {
    const wrong = { ...migration, to: "moon", guest: "two/words", timeoutSeconds: 0 };
    expect(
      provider
        .check(urn("Migration"), wrong)
        .failures.map(({ property }) => property)
        .sort(),
    ).toEqual(["guest", "timeoutSeconds", "to"]);
    expect(provider.check(urn("Migration"), { ...migration, to: "moon" }).failures).toEqual([
      { property: "to", reason: `expected one of the hosts: source, target; found "moon"` },
    ]);
  });

  test("takes hosts without a private key, and keeps no secret readable", () => {
    const { privateKey: _, ...bare } = host("source");
    const ways: PropertyMap[] = [
      {},
      { agent: "/run/user/1000/agent" },
      { privateKeyFile: "~/.ssh/id_ed25519" },
      { privateKeyFile: "/keys/id", passphrase: "SECRET", agent: "~/agent" },
      { privateKey: "SECRET", passphrase: "SECRET" },
      { sshConfig: true, passphrase: "SECRET" },
      { sshConfig: "~/lab/ssh_config", sudo: true },
    ];
    for (const way of ways) {
      const hosts = [{ ...bare, ...way }, host("target")];
      const { failures, inputs } = provider.check(urn("Migration"), { ...migration, hosts });
      expect(failures).toEqual([]);
      const [first] = inputs.hosts as PropertyMap[];
      const readable = Object.values(first ?? {}).filter((value) => !isSecret(value));
      expect(JSON.stringify(readable)).not.toContain("SECRET");
      expect(Object.keys(first ?? {}).sort()).toEqual(Object.keys({ ...bare, ...way }).sort());
    }
  });

  test("refuses ways to log in that do not go together, and shows no passphrase", () => {
    const { privateKey: _, ...bare } = host("source");
    const complaints = (way: PropertyMap) =>
      provider.check(urn("Migration"), { ...migration, hosts: [{ ...bare, ...way }, host("target")] })
        .failures;
    expect(complaints({ privateKey: "k", privateKeyFile: "/keys/id" })).toEqual([
      { property: "hosts[0].privateKeyFile", reason: expect.stringContaining("not both") },
    ]);
    expect(complaints({ passphrase: "SECRET" })).toEqual([
      { property: "hosts[0].passphrase", reason: "expected privateKey or privateKeyFile with a passphrase" },
    ]);
    const { user: __, ...nobody } = bare;
    const hosts = [nobody, { ...nobody, name: "target", sshConfig: true }];
    expect(provider.check(urn("Migration"), { ...migration, hosts }).failures).toEqual([
      { property: "hosts[0].user", reason: "expected the user who logs in, or sshConfig; found nothing" },
    ]);
    expect(complaints({ privateKeyFile: "keys/id" })[0]?.reason).toContain("/… or ~/…");
  });

  test("does not complain about what is not known yet", () => {
    const unknown = [{ ...host("source"), privateKey: unknownText, hostKey: unknownText }, host("target")];
    expect(provider.check(urn("Migration"), { ...migration, hosts: secret(unknown) }).failures).toEqual([]);
    expect(provider.check(urn("Migration"), { ...migration, hosts: unknownText }).failures).toEqual([]);
  });

  test("takes waivers of rules that may be waived, and says which", () => {
    const waiving = (...waive: string[]) =>
      provider.check(urn("Migration"), { ...migration, waive }).failures;
    expect(waiving("KVM-636", "KVM-640")).toEqual([]);
    expect(waiving("KVM-636", "KVM-621")).toEqual([
      {
        property: "waive",
        reason: expect.stringMatching(/^expected codes that may be waived \(KVM-480, .*; KVM-621 is not/),
      },
    ]);
    expect(waiving("KVM-999")[0]?.reason).toContain("KVM-999 is no rule of preflight");
  });

  test("refuses the same host twice", () => {
    const twice = { ...migration, hosts: [host("target"), host("target")] };
    expect(provider.check(urn("Migration"), twice).failures[0]?.property).toBe("hosts");
  });
});

describe("check of a drain", () => {
  const drain = { host: "source", hosts: secret([host("source"), host("target")]) };
  const wrong = (changed: PropertyMap) =>
    provider.check(urn("Drain"), { ...drain, ...changed }).failures.map(({ property }) => property);

  test("takes what is right, and what is not known yet", () => {
    const probes = { one: { address: "10.0.0.5", port: 7000 } };
    expect(wrong({ to: "target", guests: ["one"], observer: host("nfs"), probes })).toEqual([]);
    expect(wrong({ host: unknownText, hosts: unknownText, guests: unknownText })).toEqual([]);
    expect(wrong({ host: unknownText, to: unknownText })).toEqual([]);
  });

  test.each<[PropertyMap, string]>([
    [{ host: "moon" }, "host"],
    [{ to: "moon" }, "to"],
    [{ to: "source" }, "to"],
    [{ hosts: [host("source")] }, "hosts"],
    [{ guests: [] }, "guests"],
    [{ guests: ["one", "one"] }, "guests"],
    [{ guests: ["web/7"] }, "guests[0]"],
    [{ probes: { one: { address: "10.0.0.5", port: 7000 } } }, "observer"],
    [{ observer: host("nfs"), probes: { one: { address: "10.0.0.5" } } }, "probes.one.port"],
    [{ options: { mode: "offline" } }, "options.mode"],
    [{ options: { tls: true, tunnelled: true } }, "options.tls"],
    [{ maxOutgoing: 0 }, "maxOutgoing"],
    [{ onDelete: "forget" }, "onDelete"],
    [{ guest: "one" }, "guest"],
  ])("refuses %j", (changed, property) => {
    expect(wrong(changed)).toEqual([property]);
  });

  test("a migration without a target needs hosts to choose from", () => {
    const open = { guest: "guest", hosts: [host("source")] };
    expect(provider.check(urn("Migration"), open).failures).toEqual([
      { property: "hosts", reason: "expected two hosts at least, where to names none" },
    ]);
    expect(
      provider.check(urn("Migration"), { ...open, hosts: [host("source"), host("target")] }).failures,
    ).toEqual([]);
  });
});

test("a preview says what the last move between the same hosts took, and asks none of them", async () => {
  const said: string[] = [];
  class Listening extends EngineLog {
    override forResource() {
      return { status: () => {}, say: (line: string) => void said.push(line), flush: async () => {} };
    }
  }
  const state: PropertyMap = {
    ...{ ...migration, to: "source", runningOn: "source", from: "target", origin: "source" },
    ...{ jobTimeMs: 8_000, totalTimeMs: 12_000, dataMovedMiB: 88, downtimeMs: 160 },
    ...{ command: "virsh migrate guest", migratedAt: "2026-11-30T10:00:00.000Z" },
    measurement: { missing: "not asked for" },
  };
  const call = { urn: urn("Migration"), inputs: migration, preview: true, timeout: 0 };
  const outputs = await new KvmlabProvider(new Listening()).update(state, call);
  expect(outputs.runningOn).toBe("target");
  expect(said).toEqual([
    expect.stringMatching(/^the last move of guest was between the same hosts .* 88 MiB/),
  ]);
});

describe("diff", () => {
  const changes = (type: string, olds: PropertyMap, news: PropertyMap, state: PropertyMap) =>
    [...provider.diff(urn(type), olds, news, state)].map(
      ([path, { replaces }]) => `${path}${replaces ? " replaces" : ""}`,
    );

  test("a guest that is where it should be is no change, with secrets in any order of wrapping", () => {
    const plain = { ...migration, hosts: [host("source"), host("target")] };
    expect(changes("Migration", plain, migration, { runningOn: "target" })).toEqual([]);
  });

  test("a guest that somebody moved is a change of place", () => {
    expect(changes("Migration", migration, migration, { runningOn: "source" })).toEqual(["to"]);
  });

  test("a guest that is shut off is started again, a new definition makes it again", () => {
    const guest = { name: "guest", definition: "<domain/>", startOn: "source", hosts: [host("source")] };
    expect(changes("Guest", guest, guest, { state: "running" })).toEqual([]);
    expect(changes("Guest", guest, guest, { state: "shut off" })).toEqual(["state"]);
    expect(
      changes("Guest", guest, { ...guest, definition: "<domain></domain>" }, { state: "running" }),
    ).toEqual(["definition replaces"]);
    expect(
      changes(
        "Guest",
        guest,
        { ...guest, hosts: [host("target"), host("source")], startOn: "target" },
        { state: "running" },
      ),
    ).toEqual(["hosts"]);
  });
});

describe("diff of a drain", () => {
  const drain = { host: "source", hosts: [host("source"), host("target")] };
  const state = { movedGuests: [], drained: true };
  const changes = (news: PropertyMap, now: PropertyMap = state) =>
    [...provider.diff(urn("Drain"), drain, { ...drain, ...news }, now)].map(
      ([path, { replaces, deleteFirst }]) =>
        `${path}${replaces && deleteFirst ? " again, the old first" : ""}`,
    );

  test("a host that nobody came to is no change", () => {
    expect(changes({})).toEqual([]);
    expect(changes({ options: { mode: "live" }, maxOutgoing: 2 })).toEqual([]);
  });

  test("a guest that came there since is one", () => {
    expect(changes({}, { ...state, drained: false })).toEqual(["drained"]);
  });

  test("another host is another drain, and the guests go home before it", () => {
    expect(changes({ host: "target" })).toEqual(["host again, the old first"]);
    expect(changes({ maxOutgoing: 3 })).toEqual(["maxOutgoing"]);
  });
});

describe("a key pair", () => {
  test("is made once, its private half secret, and only its comment changes", async () => {
    const { id, properties } = await provider.create({
      urn: urn("SshKeyPair"),
      inputs: { comment: "one" },
      preview: false,
      timeout: 0,
    });
    expect(id).not.toBe("");
    expect(properties.publicKey).toMatch(/^ssh-ed25519 AAAA\S+ one$/);
    expect(isSecret(properties.privateKey)).toBe(true);
    expect(JSON.stringify(properties.privateKey)).toContain("BEGIN OPENSSH PRIVATE KEY");
    const next = await provider.update(properties, {
      urn: urn("SshKeyPair"),
      inputs: { comment: "two" },
      preview: false,
      timeout: 0,
    });
    expect(next.publicKey).toBe(String(properties.publicKey).replace(/one$/, "two"));
  });
});
