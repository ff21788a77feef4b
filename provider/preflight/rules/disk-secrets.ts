import type { MoveFacts } from "../facts/move-facts";
import { keyringsOf, lackOfAuthority, secretState } from "../facts/network-disks";
import type { SecretReference } from "../facts/network-source";
import { pass, ruleOnGuest } from "../rule";

/** What the guest's disks are opened with is on the target: libvirt's secrets do not go with a guest, nor do keyrings and certificates. */
export const diskSecrets = ruleOnGuest("disk-secrets", "KVM-482", ({ disks }, facts) => {
  const { host } = facts.target;
  const secrets = new Map(disks.flatMap((disk) => disk.secrets.map((one) => [named(one), one] as const)));
  const lacks = [
    ...[...secrets.values()].flatMap((secret) => lackOf(secret, facts) ?? []),
    ...keyringLacks(facts),
    ...authorityLacks(facts),
  ];
  if (lacks.length === 0) {
    const states = [...secrets].map(
      ([name, one]) => `${name} ${secretState(facts.storage.target.network, one)} on ${host}`,
    );
    return pass(states.join("; ") || "no secret to have");
  }
  return {
    host,
    expected: `${host} to have what the disks of ${facts.guest} are opened with`,
    found: lacks.map(({ found }) => found).join("; "),
    fix: lacks.map(({ fix }) => fix).join("; "),
  };
});

interface Lack {
  readonly found: string;
  readonly fix: string;
}

function named(secret: SecretReference): string {
  return "uuid" in secret ? `the secret ${secret.uuid}` : `the secret for ${secret.usage}`;
}

function lackOf(secret: SecretReference, { storage, source, target }: MoveFacts): Lack | undefined {
  const state = secretState(storage.target.network, secret);
  const id = "uuid" in secret ? secret.uuid : "UUID";
  const setValue = `virsh secret-set-value ${id} --interactive`;
  if (state === "is not defined")
    return {
      found: `${named(secret)} ${state} on ${target.host}`,
      fix: `on ${source.host}: virsh secret-dumpxml ${id} > secret.xml; on ${target.host}: virsh secret-define secret.xml; ${setValue}`,
    };
  return state === "has no value"
    ? { found: `${named(secret)} ${state} on ${target.host}`, fix: `on ${target.host}: ${setValue}` }
    : undefined;
}

function keyringLacks({ storage, target }: MoveFacts): Lack[] {
  const there = keyringsOf(storage.target.network);
  return keyringsOf(storage.source.network)
    .filter((file) => !there.includes(file))
    .map((file) => ({
      found: `${file} is not on ${target.host}, and the definition names no user for Ceph`,
      fix: `copy ${file} to ${target.host}`,
    }));
}

function authorityLacks({ storage, target }: MoveFacts): Lack[] {
  const folder = lackOfAuthority(storage.target.network);
  if (folder === undefined) return [];
  const found = `${target.host} has no ${folder}/ca-cert.pem, and the disk is to be reached by TLS`;
  return [{ found, fix: `copy the authority's certificate to ${target.host}: ${folder}/ca-cert.pem` }];
}
