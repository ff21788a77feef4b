import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { expectOneWhole, up, upDuring } from "../lab/moving";
import { killEngine } from "./engine";
import { type Fault, FaultsOnHosts } from "./faults-on-hosts";

const lab = FaultsOnHosts.prepare();

/** Half a minute for the guest's 55 MiB: libvirt's figures, by which a fault is timed, come late on an emulated host. */
const slow = { bandwidthMiBps: 2, progressSeconds: 1 };

/** From here on there are 16 MiB more for the guest on this host, then the kernel ends its QEMU. The whole host short of memory would do nothing else for minutes. */
const shortOfMemory = `cd /sys/fs/cgroup
echo +memory > cgroup.subtree_control
mkdir short
echo 16M > short/memory.max
cat /run/libvirt/qemu/guest.pid > short/cgroup.procs`;

const faults: readonly Fault[] = [
  {
    name: "the target's QEMU is killed",
    act: ({ to }) => lab.on(to, "kill -9 $(cat /run/libvirt/qemu/guest.pid)"),
    code: "KVM-605",
  },
  {
    name: "the source's virsh is killed",
    long: true,
    act: ({ from }) => lab.on(from, "kill -9 $(pgrep -f '^virsh migrate')"),
  },
  {
    name: "libvirtd restarts on the source",
    act: lab.restartLibvirt("from"),
    // A libvirtd that is told to end gives what it is at 30 s: a move that it carries arrives within them, or is broken off.
    code: ["arrived", "KVM-605"],
  },
  {
    name: "libvirtd restarts on the target",
    long: true,
    act: lab.restartLibvirt("to"),
    code: "KVM-605",
  },
  {
    name: "the network between the hosts is gone for 5 s",
    long: true,
    act: lab.cutFor5s,
  },
  {
    name: "no network between the hosts any more",
    act: lab.cut,
    code: "KVM-605",
    fix: lab.joinAgain,
    long: true,
  },
  {
    name: "somebody moves the same guest at the same time",
    long: true,
    act: async ({ from, to }) => {
      const second = await lab.inside.attempt(from, `virsh migrate --live guest qemu+ssh://${to}/system`, 90);
      expect(second.exitCode).not.toBe(0);
    },
  },
  {
    name: "the target has no memory left",
    long: true,
    act: ({ to }) => lab.on(to, shortOfMemory),
    code: "KVM-605",
    fix: ({ to }) => lab.on(to, "rmdir /sys/fs/cgroup/short"),
  },
  {
    name: "the share does not answer for 10 s",
    long: true,
    act: async () => {
      await lab.drop("nfs", "tcp dport 2049");
      await sleep(10_000);
      await lab.keep("nfs");
    },
  },
];

lab.test("faults during the copy: one copy runs, whole, and the next up succeeds", faults, slow);

describe("faults of other kinds", () => {
  test("another program has the migration port", { tags: "long" }, async () => {
    const { to } = await lab.nextDirection();
    await lab.on(to, "nohup sh -c 'timeout 120 nc -l 49152' > /dev/null 2>&1 &");
    const before = await lab.truth();
    await up({ guestRunsOn: to });
    const after = await lab.truth();
    lab.addRow("another program has the migration port", "arrived", after);
    expectOneWhole(before, after);
  });

  test("pulumi is killed, and run again: it follows the move that goes on", async () => {
    const { to } = await lab.nextDirection();
    const before = await lab.truth();
    await upDuring({ guestRunsOn: to, migrationOptions: slow }, killEngine);
    const { migration } = await up({ guestRunsOn: to, migrationOptions: slow });
    const after = await lab.truth();
    lab.addRow("pulumi is killed, and run again", "arrived", after);
    expect(migration).toMatchObject({ runningOn: to, moved: true, command: "" });
    expect(migration.proofs.filter(({ verdict }) => verdict === "failed")).toEqual([]);
    expectOneWhole(before, after);
  });

  test("the guest is destroyed", { tags: "long" }, async () => {
    const { from, to } = await lab.nextDirection();
    const result = await upDuring({ guestRunsOn: to, migrationOptions: slow }, () =>
      lab.on(from, "virsh destroy guest"),
    );
    expect(result.stderr, result.all).toContain("KVM-606");
    const after = await lab.truth();
    lab.addRow("the guest is destroyed", "KVM-606", after);
    expect(after.runningOn).toEqual([]);
    // A guest that somebody destroyed is started again, here as at any other time.
    await up({ guestRunsOn: from, refresh: true });
    expect((await lab.truth()).disk).toMatchObject({ gaps: 0 });
  });
});
