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
    const wrong = { ...migration, to: "moon", guest: "two words", timeoutSeconds: 0 };
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
        reason: expect.stringMatching(/^expected codes that may be waived \(KVM-624, .*; KVM-621 is not/),
      },
    ]);
    expect(waiving("KVM-999")[0]?.reason).toContain("KVM-999 is no rule of preflight");
  });

  test("refuses the same host twice", () => {
    const twice = { ...migration, hosts: [host("target"), host("target")] };
    expect(provider.check(urn("Migration"), twice).failures[0]?.property).toBe("hosts");
  });
});

describe("diff", () => {
  const changes = (type: string, olds: PropertyMap, news: PropertyMap, state: PropertyMap) =>
    [...provider.diff(urn(type), olds, news, state)].map(
      ([path, { replaces }]) => `${path}${replaces ? " replaces" : ""}`,
    );

  test("a guest that is where it shall be is no change, with secrets in any order of wrapping", () => {
    const plain = { ...migration, hosts: [host("source"), host("target")] };
    expect(changes("Migration", plain, migration, { runningOn: "target" })).toEqual([]);
  });

  test("a guest that somebody moved is a change of place", () => {
    expect(changes("Migration", migration, migration, { runningOn: "source" })).toEqual(["to"]);
  });

  test("a guest that is shut off is started again, a new definition makes it anew", () => {
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
