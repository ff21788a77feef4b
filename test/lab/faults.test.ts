import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { textTable } from "../../cli/table";
import { killEngine } from "./engine";
import { Inside } from "./inside";
import { expectOneWhole, up, upDuring } from "./moving";

let inside: Inside;
const rows: string[][] = [];

beforeAll(async () => {
  await up({ guestRunsOn: "source" }, 900);
  inside = await Inside.open();
}, 900_000);
afterAll(() => {
  inside?.close();
  console.log(textTable(["what went wrong during the move", "how it ended", "guest on", "seconds"], rows));
});

/** Cuts the hosts off from each other, on target, for both ways. */
const cut =
  "nft add table inet cut; nft add chain inet cut in '{ type filter hook input priority -1; }'; nft add rule inet cut in ip saddr 10.77.0.3 drop";
const joinAgain = "nft delete table inet cut";
const dropShare =
  "nft add table inet cut; nft add chain inet cut in '{ type filter hook input priority -1; }'; nft add rule inet cut in tcp dport 2049 drop";

interface Fault {
  readonly name: string;
  readonly act: () => Promise<unknown>;
  /** Codes of which one must be told; none: the move must come to a good end. */
  readonly codes: readonly string[];
  /** What is mended before the next `./lab up`. */
  readonly mend?: () => Promise<unknown>;
}

const faults: readonly Fault[] = [
  {
    name: "target's QEMU is killed",
    act: () => inside.on("target", "kill -9 $(cat /run/libvirt/qemu/guest.pid)"),
    codes: ["KVM-605"],
  },
  {
    name: "source's virsh is killed",
    act: () => inside.on("source", "kill -9 $(pgrep -f '^virsh migrate')"),
    codes: ["KVM-605"],
  },
  {
    name: "libvirtd restarts on source",
    act: () => inside.on("source", "systemctl restart libvirtd", 120),
    codes: ["KVM-605"],
  },
  {
    name: "libvirtd restarts on target",
    act: () => inside.on("target", "systemctl restart libvirtd", 120),
    codes: ["KVM-605"],
  },
  {
    name: "the network between the hosts is gone for 5 s",
    act: async () => {
      await inside.on("target", cut);
      await sleep(5_000);
      await inside.on("target", joinAgain);
    },
    codes: [],
  },
  {
    name: "the network between the hosts is gone for good",
    act: () => inside.on("target", cut),
    codes: ["KVM-605"],
    mend: () => inside.on("target", joinAgain),
  },
  {
    name: "somebody moves the same guest at the same time",
    act: async () => {
      const second = await inside.attempt(
        "source",
        "virsh migrate --live guest qemu+ssh://target/system",
        90,
      );
      expect(second.exitCode).not.toBe(0);
    },
    codes: [],
  },
  {
    name: "the share does not answer for 10 s",
    act: async () => {
      await inside.on("nfs", dropShare);
      await sleep(10_000);
      await inside.on("nfs", joinAgain);
    },
    codes: [],
  },
];

const slow = { bandwidthMiBps: 4, progressSeconds: 1 };

describe("faults during the copy: one copy runs, whole, and the next up succeeds", () => {
  test.each(faults)("$name", async ({ name, act, codes, mend }) => {
    const before = await inside.truth();
    expect(before.runningOn).toEqual(["source"]);
    const started = performance.now();
    const result = await upDuring({ guestRunsOn: "target", migrationOptions: slow }, act);
    const told = /KVM-6\d\d/.exec(result.stderr)?.[0] ?? (result.exitCode === 0 ? "arrived" : "?");
    rows.push([name, told, "", ((performance.now() - started) / 1000).toFixed(0)]);
    if (codes.length === 0) expect(result.exitCode, result.all).toBe(0);
    else expect(codes, result.all).toContain(told);
    const after = await inside.truth();
    rows.at(-1)?.splice(2, 1, after.runningOn.join(" and "));
    expectOneWhole(before, after);
    await mend?.();
    await up({ guestRunsOn: "target", refresh: true });
    await up({ guestRunsOn: "source" });
  });

  test("another program has the migration port", async () => {
    await inside.on("target", "nohup sh -c 'timeout 120 nc -l 49152' > /dev/null 2>&1 &");
    const before = await inside.truth();
    await up({ guestRunsOn: "target" });
    const after = await inside.truth();
    rows.push(["another program has the migration port", "arrived", after.runningOn.join(" and "), ""]);
    expectOneWhole(before, after);
    await up({ guestRunsOn: "source" });
  });

  test("pulumi is killed, and run again", async () => {
    const before = await inside.truth();
    await upDuring({ guestRunsOn: "target", migrationOptions: slow }, killEngine);
    const { migration } = await up({ guestRunsOn: "target" });
    const after = await inside.truth();
    rows.push(["pulumi is killed, and run again", "arrived", after.runningOn.join(" and "), ""]);
    expect(migration.runningOn).toBe("target");
    expectOneWhole(before, after);
    await up({ guestRunsOn: "source" });
  });

  test("the guest is destroyed", async () => {
    const result = await upDuring({ guestRunsOn: "target", migrationOptions: slow }, () =>
      inside.on("source", "virsh destroy guest"),
    );
    expect(result.stderr, result.all).toContain("KVM-606");
    const after = await inside.truth();
    rows.push(["the guest is destroyed", "KVM-606", after.runningOn.join(" and "), ""]);
    expect(after.runningOn).toEqual([]);
    await up({ guestRunsOn: "source", refresh: true });
    expect((await inside.truth()).disk).toMatchObject({ gaps: 0 });
  });
});
