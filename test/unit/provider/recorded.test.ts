import { describe, expect, test } from "vitest";
import type { HostConnection } from "../../../provider/host/host-connection";
import { inspectDomain } from "../../../provider/host/inspect-domain";
import { parseJobSample } from "../../../provider/host/job-text";
import { gather } from "../../../provider/preflight/gather";
import { inspectHost } from "../../../provider/preflight/inspect-host";
import { runPreflight } from "../../../provider/preflight/run-preflight";
import { type Recording, recorded, replayingPool } from "./recording";

/*
 * All parsers over what two releases said, recorded by `npm run record:answers` on the two hosts of a lab: of a move from the older to the newer
 * and of the way back, so that each of them was in each part.
 */

const signal = AbortSignal.timeout(60_000);
const uuid = "4b564d4c-6162-4000-8000-000000000050";
const disk = "/var/lib/libvirt/images/guest/disk.qcow2";

const older = { libvirt: "libvirt-9.0", name: "source", version: [9, 0, 0], qemu: [7, 2] };
const newer = { libvirt: "libvirt-11.3", name: "target", version: [11, 3, 0], qemu: [10, 0] };
const moves = [
  { from: older, to: newer, refused: [] },
  { from: newer, to: older, refused: ["KVM-630"] },
];

const connection = (name: string): HostConnection => ({
  name,
  address: "127.0.0.1",
  port: 22,
  user: "root",
  privateKey: "",
  hostKey: "",
});

/** Both hosts, and a pool that answers for them what was recorded at a moment of the move. */
function at(from: Side, to: Side) {
  const said = new Map<string, Recording>([
    [from.name, recorded(from.libvirt, from.moment)],
    [to.name, recorded(to.libvirt, to.moment)],
  ]);
  const pool = replayingPool(({ name }) => said.get(name) ?? new Map());
  return { context: { pool, signal }, source: connection(from.name), target: connection(to.name) };
}

interface Side {
  readonly libvirt: string;
  readonly name: string;
  readonly moment: string;
}

describe.each(moves)("a move from $from.libvirt to $to.libvirt", ({ from, to, refused }) => {
  const question = async () => {
    const { context, source, target } = at({ ...from, moment: "leaving" }, { ...to, moment: "coming" });
    const seen = async (host: HostConnection) => ({
      connection: host,
      inspection: await inspectHost(host, [source, target], "guest", context),
    });
    return { context, question: { guest: "guest", source: await seen(source), target: await seen(target) } };
  };

  test("has every rule evaluated, and refused what must be", async () => {
    const { context, question: asked } = await question();
    const { evaluations, failures } = await runPreflight(asked, context);
    const codes = failures.map(({ facts: { code } }) => code);
    // When a recorded host was asked, and so how its clock is, nobody knows any more.
    expect(codes.filter((code) => code !== "KVM-636")).toEqual(refused);
    expect(evaluations.filter(({ verdict }) => verdict === "skipped")).toEqual([]);
  });

  test("has both hosts read whole", async () => {
    const { context, question: asked } = await question();
    const facts = await gather(asked, context);
    expect(facts.onSource).toMatchObject({ state: "running", runningJob: undefined });
    expect(facts.onSource.definition).toMatchObject({ arch: "x86_64", machine: "pc-q35-7.2", unknown: [] });
    for (const [host, { version, qemu }] of [[facts.source, from] as const, [facts.target, to] as const]) {
      expect(host.libvirtVersion).toEqual(version);
      expect(host.hypervisorVersion?.slice(0, 2)).toEqual(qemu);
      expect(host.arch).toBe("x86_64");
      const own = host.guestTypes.find(({ arch }) => arch === "x86_64");
      expect(own?.machines.has("pc-q35-10.0")).toBe(host.libvirtVersion?.[0] === 11);
    }
    expect(facts.storage.target.files.get(disk)).toBeDefined();
  });

  test("shows its job while it copies", async () => {
    const { context, source, target } = at({ ...from, moment: "copying" }, { ...to, moment: "receiving" });
    const [leaving, coming] = await Promise.all(
      [source, target].map((host) =>
        inspectDomain(context.pool, host, uuid, { signal, withJob: true, withNetwork: true }),
      ),
    );
    expect(leaving?.domain).toMatchObject({ state: "running", runningJob: "Unbounded", outgoing: true });
    // The target is not asked for the job: virsh refuses to tell of it there.
    expect(coming?.domain).toMatchObject({ state: "paused", reason: "migrating" });
    expect(coming?.domain?.runningJob).toBeUndefined();
    const sample = parseJobSample(recorded(from.libvirt, "copying").get(`virsh domjobinfo ${uuid}`) ?? "");
    expect(sample).toMatchObject({ iteration: 1, postCopy: false });
    expect(sample?.remainingMiB).toBeGreaterThan(0);
    expect(sample?.totalMiB).toBeGreaterThan(100);
  });

  test("is told by the target as come, with its figures", async () => {
    const { context, target } = at({ ...from, moment: "coming" }, { ...to, moment: "arrived" });
    const { domain, job, network } = await inspectDomain(context.pool, target, uuid, {
      signal,
      withJob: true,
      withNetwork: true,
    });
    expect(domain).toMatchObject({ name: "guest", state: "running", reason: "migrated", persistent: true });
    expect(job).toMatchObject({ direction: "incoming" });
    expect(job?.downtimeMs).toBeGreaterThan(0);
    expect(network?.ports).toHaveLength(1);
  });
});
