// @module-tag long
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { knownLab } from "../../cli/access";
import { labStack } from "../../cli/lab-stack";
import { probePort } from "../../components/guest-definition";
import { parseGuestDefinition } from "../../provider/preflight/facts/guest-definition";
import { neighbourAddress } from "./addresses";
import {
  defineSecret,
  diskServer,
  dropFrom,
  dropNothing,
  nameLeadsTo,
  removeSecret,
  secretUsage,
  serveDisks,
  withNetworkDisks,
} from "./disk-servers";
import { freshLab } from "./fresh-lab";
import type { Inside, Server } from "./inside";
import { stack } from "./lab-command";
import { Program } from "./program";
import { defineSecond } from "./second-guest";

const outputs = z.object({
  runningOn: z.string(),
  moved: z.boolean(),
  proofs: z.array(z.object({ name: z.string(), verdict: z.string(), facts: z.string() })),
});
const hosts = ["source", "target"] as const;
const driver = "/usr/lib/x86_64-linux-gnu/qemu/block-iscsi.so";

let inside: Inside;
let program: Program;

const probe = () => ({ address: neighbourAddress(inside.addresses.guest, 60), port: probePort });
const isRunningOn = async (server: Server) =>
  (await inside.on(server, "virsh list --name --state-running")).split("\n").includes("second");

async function move(to: Server) {
  const known = (await knownLab(labStack(stack))).hosts;
  const between = known.filter(({ name }) => name === "source" || name === "target");
  const observer = known.find(({ name }) => name === "nfs");
  await program.arguments({ guest: "second", hosts: between, to, observer, probe: probe() });
  return program.start("up");
}

/** A move that is to be refused, with the guest where it was and whole. */
async function refused(...told: readonly string[]): Promise<void> {
  const before = await inside.ask(probe());
  const { exitCode, all = "" } = await move("target");
  expect(exitCode, all).not.toBe(0);
  const words = all.replace(/\s+/g, " ");
  for (const word of told) expect(words).toContain(word);
  expect(await isRunningOn("source")).toBe(true);
  const after = await inside.ask(probe());
  expect(after.status.bootId).toBe(before.status.bootId);
  expect(after.status.counter).toBeGreaterThan(before.status.counter);
}

// A guest whose disks QEMU fetches by itself: one by NBD that it writes to all the time, and one by iSCSI. One story.
describe("a guest with disks behind the network", () => {
  beforeAll(async () => {
    inside = await freshLab();
    program = await Program.open("renamed");
    const { nfs, guest } = inside.addresses;
    await Promise.all([
      inside.on("nfs", serveDisks, 120),
      ...hosts.map((host) => inside.on(host, `${nameLeadsTo(nfs)}; ${defineSecret}`)),
    ]);
    // It may have the processor to itself.
    await inside.on("source", "virsh suspend guest");
    await inside.on("source", `${defineSecond(guest, ...withNetworkDisks)} && virsh start second`, 120);
    await vi.waitFor(() => inside.ask(probe()), { timeout: 300_000, interval: 2_000 });
  });
  afterAll(async () => {
    for (const host of hosts) await inside?.attempt(host, "virsh destroy second; virsh undefine second");
    await inside?.attempt("source", "virsh resume guest");
    inside?.close();
    await program?.close();
  });

  test("has them in its live definition as preflight reads it", async () => {
    const xml = await inside.on("source", "virsh dumpxml second");
    expect(parseGuestDefinition(xml)?.disks).toMatchObject([
      { kind: "network", network: [{ protocol: "nbd", servers: [{ host: diskServer, ports: [10_809] }] }] },
      { kind: "network", network: [{ protocol: "iscsi" }], secrets: [{ usage: `iscsi ${secretUsage}` }] },
    ]);
  });

  test("is refused where target lacks QEMU's driver, the way to a server, and the secret, each by a code of its own", {}, async () => {
    await inside.on("nfs", dropFrom(inside.addresses.target));
    await inside.on("target", `${removeSecret}; mv ${driver} ${driver}.away`);
    await refused(
      "KVM-480 on target",
      "Unknown driver 'iscsi'",
      "apt-get install qemu-block-extra",
      "KVM-481 on target",
      `nbd second at ${diskServer}:10809 does not answer target`,
      "KVM-482 on target",
      "the secret for iscsi kvmlab-second is not defined on target",
    );
    await inside.on("nfs", dropNothing);
    await inside.on("target", `mv ${driver}.away ${driver}; ${defineSecret}`);
  });

  test("is refused where another server has the name", async () => {
    const { nfs, source } = inside.addresses;
    await inside.on("target", nameLeadsTo(source));
    await refused("KVM-621 on target", `${diskServer} is ${nfs} on source, and ${source} on target`);
    await inside.on("target", nameLeadsTo(nfs));
  });

  test("moves live, and no write to the export is lost", async () => {
    const { exitCode, all } = await move("target");
    expect(exitCode, all).toBe(0);
    const result = outputs.parse(await program.outputs());
    expect(result).toMatchObject({ runningOn: "target", moved: true });
    expect(result.proofs.filter(({ verdict }) => verdict !== "proved")).toEqual([]);
    expect(await isRunningOn("source")).toBe(false);
    const { disk } = await inside.ask(probe());
    expect(disk).toMatchObject({ gaps: 0, torn: 0 });
  });
});
