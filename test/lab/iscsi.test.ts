import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { type BreakWord, breaks, breakWordsFor } from "../../stacks/breaks";
import { worksAsWithNfs } from "./any-storage";
import { Inside, type Server } from "./inside";
import { jsonOf, type LabResult, lab, stack } from "./lab-command";
import { expectOneWhole, nextDirection } from "./moving";
import { cutPower } from "./servers-power";

// The lab with a block device in place of a folder. What both have alike is tried by the other files.

const proof = z.object({ name: z.string(), verdict: z.string(), facts: z.string() });
const upResult = z.object({
  servers: z.string().optional(),
  guest: z.object({ runningOn: z.string() }),
  migration: z.object({ moved: z.boolean(), proofs: z.array(proof) }),
});
const run = (
  to: "source" | "target",
  broken: readonly BreakWord[] = [],
  more: readonly string[] = [],
): Promise<LabResult> => {
  const own = ["storage=iscsi", "resetPoint=true", `guestRunsOn=${to}`, `break=${broken.join(",")}`];
  const settings = [...own, ...more];
  return lab(["up", stack, "--json", ...settings.flatMap((setting) => ["-c", setting])], 900);
};

async function up(to: "source" | "target", more: readonly string[] = []) {
  const result = await run(to, [], more);
  expect(result.exitCode, result.all).toBe(0);
  return upResult.parse(jsonOf(result));
}

const words = breakWordsFor({ storage: "iscsi" }).filter(
  (word) => !breakWordsFor({ storage: "nfs" }).includes(word),
);
/** What each of them has preflight say, beside its code. */
const told: Partial<Record<BreakWord, RegExp>> = {
  portal: /is FAILED|does not answer it/,
  chap: /refused its CHAP name or secret/,
  "logged-out": /is not logged in to/,
  "other-lun": /is naa\.\w+ \(64 MiB\) on source, and naa\.60014050badc0de\w+ \(64 MiB\) on target/,
};

/** A second guest of another name and UUID, on the same device. It stands still from its first moment: nothing of the guest's is written. */
const startTwin = (from: Server) => `ssh ${from} virsh dumpxml --inactive guest > /run/twin.xml
sed -i -e '/<uuid>/d' -e '/<mac /d' -e 's/<name>guest</<name>twin</' /run/twin.xml
virsh define /run/twin.xml && virsh start twin --paused`;
const endTwin = "virsh destroy twin; virsh undefine twin";

describe("a lab with iSCSI", () => {
  let inside: Inside;
  const reopen = async () => {
    inside?.close();
    inside = await Inside.open();
    return inside;
  };
  beforeAll(async () => {
    await lab(["down", stack], 120);
    // To keep servers of a kind takes longer than to boot them once: the last test starts from kept ones.
    expect((await up("source", ["warmStart=false"])).servers).toBe("boot");
    await reopen();
  });
  afterAll(async () => {
    inside?.close();
    await lab(["down", stack], 120);
  });

  test("every word has what it is to say", () => expect(Object.keys(told).sort()).toEqual([...words].sort()));

  test("has one LUN as the guest's disk on both hosts, by a secret that is each host's own", async () => {
    const device = (await inside.on("source", "virsh domblklist guest | awk '/vda/ { print $2 }'")).trim();
    expect(device).toMatch(/^\/dev\/disk\/by-path\/ip-10\.77\.0\.2:3260-iscsi-iqn\..*-lun-0$/);
    const wwid = `cat /sys/class/block/$(basename "$(readlink -f ${device})")/device/wwid`;
    const ids = await Promise.all((["source", "target"] as const).map((host) => inside.on(host, wwid)));
    expect(ids[0]).toMatch(/^naa\.6001405/);
    expect(ids[1]).toBe(ids[0]);
    const secrets = await Promise.all(
      (["source", "target"] as const).map((host) =>
        inside.on(host, "cat /sys/class/iscsi_session/*/password"),
      ),
    );
    expect(new Set(secrets).size).toBe(2);
    // A lab that goes on from kept memory has none of the kept lab's.
    const known = await inside.on("nfs", "cat /sys/kernel/config/target/iscsi/*/tpgt_1/acls/*/auth/password");
    expect(known.trim().split("\n").sort()).toEqual(secrets.map((secret) => secret.trim()).sort());
    const status = await lab(["status", stack], 60);
    expect(status.all).toContain(`${ids[0]?.trim()} LOGGED_IN`);
  });

  const core: readonly BreakWord[] = ["chap"];
  for (const word of words)
    test(`broken by ${word} the move is refused`, core.includes(word) ? {} : { tags: "long" }, async () => {
      const before = await inside.truth();
      const result = await run("target", [word]);
      expect(result.exitCode, result.all).toBe(1);
      expect(result.all).toContain(breaks[word].code);
      expect(result.all.replace(/\s+/g, " ")).toMatch(told[word] ?? /never/);
      const after = await inside.truth();
      expectOneWhole(before, after);
      expect(after.runningOn).toEqual(["source"]);
    });

  test("whole again, the guest moves, and every proof holds", async () => {
    const before = await inside.truth();
    const { guest, migration } = await up("target");
    expect(guest.runningOn).toBe("target");
    expect(migration.proofs.filter(({ verdict }) => verdict !== "proved")).toEqual([]);
    expectOneWhole(before, await inside.truth());
  });

  test("does not move the guest to a host where another one runs with its disk", {
    tags: "long",
  }, async () => {
    const before = await inside.truth();
    const { from, to } = nextDirection(before);
    await inside.on(to, startTwin(from));
    try {
      const refused = await run(to);
      expect(refused.exitCode, refused.all).toBe(1);
      expect(refused.all).toContain("KVM-645");
      expect(refused.all).toMatch(new RegExp(`twin, running on ${to}, has /dev/disk/by-path/`));
      const after = await inside.truth();
      expectOneWhole(before, after);
      expect(after.runningOn).toEqual([from]);
    } finally {
      await inside.attempt(to, endTwin);
    }
  });

  test("does not start the guest while another one has its disk, and does when that is gone", {
    tags: "long",
  }, async () => {
    const { from, to } = nextDirection(await inside.truth());
    await inside.on(from, "virsh destroy guest");
    await inside.on(to, startTwin(from));
    try {
      const refused = await run(from);
      expect(refused.exitCode, refused.all).toBe(1);
      expect(refused.all).toContain("KVM-645");
    } finally {
      await inside.attempt(to, endTwin);
    }
    await up(from);
    expect((await inside.truth()).disk).toMatchObject({ gaps: 0, torn: 0 });
  });

  worksAsWithNfs({ storage: "iscsi", inside: () => inside, reopen });

  test("of two guests has a LUN for each, and a session on both hosts", { tags: "long" }, async () => {
    const states = "cat /sys/class/iscsi_session/*/state";
    expect(await Promise.all((["source", "target"] as const).map((host) => inside.on(host, states)))).toEqual(
      ["LOGGED_IN\n", "LOGGED_IN\n"],
    );
    const wwids = await inside.on("target", "cat /sys/block/sd*/device/wwid");
    expect(new Set(wwids.trim().split("\n")).size).toBe(2);
  });

  test("is not given another storage, nor the words of another", async () => {
    const other = await lab(["up", stack, "-c", "storage=nfs", "-c", "guestRunsOn=target"], 120);
    expect(other.all).toContain("KVM-929");
    const word = await lab(["up", stack, "-c", "storage=iscsi", "-c", "break=no-share"], 120);
    expect(word.all).toContain("words for storage: iscsi");
  });

  test("whose storage server loses its power: the guest waits for it, and goes on", {
    tags: "long",
  }, async () => {
    const before = await inside.truth();
    await cutPower("nfs");
    await up("target");
    expectOneWhole(before, await inside.truth());
  });

  test("whose servers all lose their power has its guest again", { tags: "long" }, async () => {
    await cutPower("nfs", "source", "target");
    const { guest } = await up("target");
    expect(guest.runningOn).toBe("target");
    const { states, disk } = await (await Inside.open()).truth();
    expect(states).toContain("target: running");
    expect(disk).toMatchObject({ gaps: 0, torn: 0 });
  });

  test("starts from kept servers, and its guest moves", { tags: "long" }, async () => {
    await lab(["down", stack], 120);
    const { servers, migration } = await up("target");
    expect(servers).toBe("memory");
    expect(migration.proofs.filter(({ verdict }) => verdict !== "proved")).toEqual([]);
  });
});
