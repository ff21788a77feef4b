import { expect, test } from "vitest";
import { hostsOfState } from "../../../cli/hosts-of-state";

const prefix = "urn:pulumi:dev::kvm-migration-lab::kvm-migration-lab:index:Lab$command:remote:Command";
const connection = (port: number) => ({
  dialErrorLimit: 120,
  host: "127.98.139.2",
  hostKey: "ssh-ed25519 AAAA",
  perDialTimeout: 10,
  port,
  privateKey: "-----BEGIN",
  user: "root",
});
const secret = (value: unknown) => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  plaintext: JSON.stringify(value),
});

test("the servers that answered are found in a state with its secrets shown", () => {
  const resources = [
    { urn: `${prefix}::host-names-nfs`, inputs: { connection: secret(connection(1)), create: "sh -s" } },
    { urn: `${prefix}::host-names-source`, inputs: { connection: connection(2) } },
    {
      urn: `${prefix}::host-names-key`,
      inputs: { connection: secret({ ...connection(3), privateKey: secret("-----BEGIN") }) },
    },
    { urn: `${prefix}::kvm-source`, inputs: { connection: connection(2) } },
    { urn: `${prefix}::host-names-target`, inputs: { connection: secret("not a connection") } },
    { urn: "urn:pulumi:dev::kvm-migration-lab::libvirt:index:Volume::base", inputs: { pool: "lab" } },
    { urn: "urn:pulumi:dev::kvm-migration-lab::pulumi:pulumi:Stack::dev" },
  ].map((resource) => ({ ...resource, type: resource.urn.split("::").at(-2)?.split("$").at(-1) }));
  const hosts = hostsOfState(JSON.stringify({ version: 3, deployment: { resources } }));
  expect(hosts.map(({ name, address, port }) => `${name} ${address}:${port}`)).toEqual([
    "nfs 127.98.139.2:1",
    "source 127.98.139.2:2",
    "key 127.98.139.2:3",
  ]);
  expect(new Set(hosts.map(({ privateKey }) => privateKey))).toEqual(new Set(["-----BEGIN"]));
});

test("a server that an SSH agent opens has no private key", () => {
  const { privateKey: _, ...agentOpens } = connection(4);
  const urn = `${prefix}::host-names-nfs`;
  const resources = [
    { urn, type: "command:remote:Command", inputs: { connection: secret(agentOpens), create: "sh -s" } },
  ];
  expect(hostsOfState(JSON.stringify({ version: 3, deployment: { resources } }))).toEqual([
    { name: "nfs", address: "127.98.139.2", port: 4, user: "root", hostKey: "ssh-ed25519 AAAA" },
  ]);
});

test("a state without resources has none", () => {
  expect(hostsOfState('{"version":3,"deployment":{}}')).toEqual([]);
});
