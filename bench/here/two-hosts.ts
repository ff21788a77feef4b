import { join } from "node:path";
import type { HostConnection } from "../../provider/host/host-connection";
import { HostPool } from "../../provider/host/host-pool";
import { newKeyPair } from "../../provider/host/new-key-pair";
import { systemVirsh } from "../../provider/host/virsh-environment";
import { checkSettings } from "../../stacks/settings";
import { addressesOf, topologyOf } from "../../stacks/topology/topology";
import { render } from "../../templates/render";
import { lastOutput, startMachine } from "./machine";

export interface TwoHosts {
  readonly source: HostConnection;
  readonly target: HostConnection;
  /** The third server, which has the guest's disk, and asks the guest. */
  readonly nfs: HostConnection;
}

const limitMs = 60_000;

/**
 * Makes the lab's three servers as namespaces of this machine: they run at its own speed, where those of the lab are emulated. What a
 * move needs of a host is there and the host's own: name, addresses, boot, libvirtd, SSH, and the lab's settings of them.
 *
 * To be called in a place that place-init.sh has prepared, with the network `cidr`; they end with this process.
 *
 * @param folder for the servers' own files; `share` is what all of them have as /var/lib/libvirt/images
 */
export async function makeTwoHosts(folder: string, share: string, cidr: string): Promise<TwoHosts> {
  const topology = topologyOf(checkSettings({ network: cidr }));
  const addresses = new Map(Object.entries(addressesOf(topology)));
  const { prefix } = topology.network;
  const operatorKey = newKeyPair("operator of the two hosts");
  const machine = (name: keyof TwoHosts) =>
    startMachine({
      ...{ name, address: addresses.get(name) ?? "", prefix, operatorKey },
      ...{ folder: machinesIn(folder), share, isKvmHost: name !== "nfs" },
    });
  const [nfs, source, target] = await Promise.all([machine("nfs"), machine("source"), machine("target")]);
  const servers = { nfs, source, target };
  const pool = new HostPool();
  try {
    await Promise.all(Object.values(servers).map((server) => nameServers(pool, server, servers)));
    const trust = newKeyPair("kvm-migration-lab");
    await Promise.all([source, target].map((host) => trustAndWait(pool, host, [source, target], trust)));
  } finally {
    pool.close();
  }
  return servers;
}

/** What the hosts that were made in that folder said last: for one who looks for the cause of a failure. */
export async function hostsLastOutput(folder: string): Promise<string> {
  const told = async (name: string) => `${name}:\n${await lastOutput(machinesIn(folder), name)}`;
  return (await Promise.all(["source", "target"].map(told))).join("\n");
}

function machinesIn(folder: string): string {
  return join(folder, "machines");
}

/** As the lab's component HostsFiles does. */
async function nameServers(pool: HostPool, server: HostConnection, servers: TwoHosts): Promise<void> {
  const lines = Object.values(servers).map(({ name, address }: HostConnection) =>
    render("machine/hosts", { name, address }).trimEnd(),
  );
  await done(pool, server, render("machine/host-names.sh"), [lines.join("\n")]);
}

/** As the lab's component HostTrust does; then until libvirt, which looks through its QEMU first, has answered once. */
async function trustAndWait(
  pool: HostPool,
  host: HostConnection,
  hosts: readonly HostConnection[],
  key: ReturnType<typeof newKeyPair>,
): Promise<void> {
  const known = hosts.map(({ name, hostKey = "" }) =>
    render("host/known_hosts", { name, hostKey: hostKey.split(" ").slice(0, 2).join(" ") }).trimEnd(),
  );
  const settings = hosts.map(({ name, address, port = 22 }) =>
    render("host/ssh-config", { name, patterns: `${name},${address}`, port }).trimEnd(),
  );
  const words = [key.private.trimEnd(), key.public, known.join("\n"), settings.join("\n")];
  await done(pool, host, render("host/trust.sh"), words);
  const answers = `${systemVirsh}
    tries=100
    until [ -S /run/libvirt/libvirt-sock ] || [ $tries = 0 ]; do tries=$((tries - 1)); sleep 0.1; done
    virsh version`;
  await done(pool, host, answers, []);
}

async function done(
  pool: HostPool,
  host: HostConnection,
  script: string,
  words: readonly string[],
): Promise<void> {
  const options = { timeoutMs: limitMs, signal: AbortSignal.timeout(limitMs) };
  const { exitCode, stderr } = await pool.script(host, script, words, options);
  if (exitCode !== 0) throw new Error(`${host.name}: ${stderr}`);
}
