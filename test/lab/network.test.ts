// @module-tag long
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { knownLab } from "../../cli/access";
import { labStack } from "../../cli/lab-stack";
import { hypervisorFolders } from "../../machines/hypervisor";
import { readRoutes } from "../../machines/hypervisor/routes";
import { HostPool } from "../../provider/host/host-pool";
import { ProbeConnection } from "../../provider/host/probe";
import { checkSettings } from "../../stacks/settings";
import { addressesOf, topologyOf } from "../../stacks/topology/topology";
import { Inside } from "./inside";
import { jsonOf, lab, stack } from "./lab-command";

const upResult = z.object({ guest: z.object({ address: z.string(), runningOn: z.string() }) });

// A network of its own is no reason to keep servers for: they boot.
async function up(network: string, ...more: string[]) {
  const result = await lab(["up", stack, "--json", "--cold", "-c", `network=${network}`, ...more], 900);
  expect(result.exitCode, result.all).toBe(0);
  return upResult.parse(jsonOf(result));
}

/** What the guest says when nfs asks it at this address. */
async function ask(address: string) {
  const pool = new HostPool();
  try {
    const nfs = (await knownLab(labStack(stack))).hosts.find(({ name }) => name === "nfs");
    if (!nfs) throw new Error("nfs is not up");
    const limits = { timeoutMs: 60_000, signal: AbortSignal.timeout(90_000) };
    const { connection, greeting } = await ProbeConnection.open(pool, nfs, { address, port: 7000 }, limits);
    connection.close();
    return greeting;
  } finally {
    pool.close();
  }
}

/** Each server has its address, and the names of the others lead to theirs. */
async function expectAddresses(network: string): Promise<void> {
  const topology = topologyOf(checkSettings({ network }));
  const { nfs = "", source = "", target = "" } = addressesOf(topology);
  const { prefix } = topology.network;
  const inside = await Inside.open();
  try {
    const own = { nfs, source, target };
    for (const server of ["nfs", "source", "target"] as const) {
      expect(await inside.on(server, "ip -brief address show br0")).toContain(`${own[server]}/${prefix}`);
      const names = await inside.on(
        server,
        "getent ahostsv4 nfs source target | awk '/STREAM/ { print $1 }'",
      );
      expect(names.trim().split("\n")).toEqual([nfs, source, target]);
    }
    await inside.on("source", "ssh target true");
  } finally {
    inside.close();
  }
  expect(await readRoutes(hypervisorFolders(stack).routes)).toEqual({
    nfs: [nfs],
    source: [source],
    target: [target],
  });
}

describe("a lab in a network of another range", () => {
  beforeAll(async () => {
    await lab(["down", stack], 120);
  });
  afterAll(async () => {
    await lab(["down", stack], 120);
  });

  test("is built there, and its guest moves", async () => {
    const { guest } = await up("192.168.200.64/26");
    expect(guest).toMatchObject({ address: "192.168.200.114", runningOn: "target" });
    await expectAddresses("192.168.200.64/26");
    expect((await ask(guest.address)).counter).toBeGreaterThan(0);
  });

  test("follows the stack into another one while it runs", async () => {
    const { guest } = await up("172.16.0.0/16", "-c", "guestRunsOn=source");
    expect(guest).toMatchObject({ address: "172.16.0.50", runningOn: "source" });
    await expectAddresses("172.16.0.0/16");
    expect((await ask(guest.address)).counter).toBeGreaterThan(0);
  });
});
