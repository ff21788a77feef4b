import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type BreakWord, breaks, breakWordsFor } from "../../stacks/breaks";
import { worksAsWithNfs } from "./any-storage";
import { Inside } from "./inside";
import { lab, stack } from "./lab-command";
import { expectOneWhole, refused, type UpSettings, up, upDuring } from "./moving";
import { cutPower } from "./servers-power";

// The lab with a replicated volume in place of one server's folder. What both have alike is tried by the other files.

const on = (guestRunsOn: "source" | "target", more: Partial<UpSettings> = {}): UpSettings => ({
  guestRunsOn,
  storage: "glusterfs",
  ...more,
});
/** Those that speak of a mounted folder, which a volume is too, and the volume's own. */
const words = breakWordsFor({ storage: "glusterfs" }).filter(
  (word) => !breakWordsFor({ storage: "iscsi" }).includes(word),
);
/** What each of them has preflight say, beside its code. */
const told: Partial<Record<BreakWord, RegExp>> = {
  "no-share": /is on 10\.77\.0\.2:\/migration on source, and on no volume on target/,
  "other-volume": /is on 10\.77\.0\.2:\/migration on source, and on 10\.77\.0\.2:\/other on target/,
  "no-quorum":
    /target reaches 1 of the 3 bricks of migration: 10\.77\.0\.2:\/migration\/brick is not connected/,
  "read-only": /target may not/,
};
const imagesFolder = "/var/lib/libvirt/images";

describe("a lab with GlusterFS", () => {
  let inside: Inside;
  const reopen = async () => {
    inside?.close();
    inside = await Inside.open();
    return inside;
  };
  /** All bricks have what was written while one was away. */
  const healed = () =>
    vi.waitFor(
      async () => {
        const info = await inside.on("nfs", "gluster volume heal migration info");
        expect(info.match(/Number of entries: 0$/gm), info).toHaveLength(3);
      },
      { timeout: 120_000, interval: 2_000 },
    );
  beforeAll(async () => {
    await lab(["down", stack], 120);
    // To keep servers of a kind takes longer than to boot them once: the last test starts from kept ones.
    await up(on("source", { warmStart: false }), 900);
    await reopen();
  }, 960_000);
  afterAll(async () => {
    inside?.close();
    await lab(["down", stack], 120);
  });

  test("every word has what it is to say", () => expect(Object.keys(told).sort()).toEqual([...words].sort()));

  test("has a brick on each of the three servers, and one file on both hosts", async () => {
    expect(await inside.on("nfs", "gluster volume info migration")).toContain("Number of Bricks: 1 x 3 = 3");
    const gfid = `getfattr --only-values -n glusterfs.gfid.string ${imagesFolder}/guest/disk.qcow2`;
    const ids = await Promise.all((["source", "target"] as const).map((host) => inside.on(host, gfid)));
    expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
    expect(ids[1]).toBe(ids[0]);
    const status = await lab(["status", stack], 60);
    expect(status.all).toContain("migration: 3 of 3 bricks, 0 to heal");
    expect(status.all).toContain("fuse.glusterfs");
  });

  for (const word of words)
    test(`broken by ${word} the move is refused`, { tags: "long" }, async () => {
      const before = await inside.truth();
      const { all } = await refused(on("target", { break: [word] }), breaks[word].code);
      expect(all.replace(/\s+/g, " ")).toMatch(told[word] ?? /never/);
      const after = await inside.truth();
      expectOneWhole(before, after);
      expect(after.runningOn).toEqual(["source"]);
    });

  test("loses a brick in the middle of a move: the guest goes on, every proof holds, and the brick is healed", async () => {
    const before = await inside.truth();
    const slow = on("target", { migrationOptions: { bandwidthMiBps: 8 } });
    const result = await upDuring(slow, () => inside.on("nfs", "pkill -9 glusterfsd"));
    expect(result.exitCode, result.all).toBe(0);
    const after = await inside.truth();
    expectOneWhole(before, after);
    expect(after.runningOn).toEqual(["target"]);
    const preflight = await lab(["preflight", stack], 60);
    expect(preflight.all.replace(/\s+/g, " ")).toContain("2 of the 3 bricks");
    await inside.on("nfs", "gluster volume start migration force");
    await healed();
  });

  test("moves back, and every proof holds", { tags: "long" }, async () => {
    const before = await inside.truth();
    const { migration } = await up(on("source"));
    expect(migration.proofs.filter(({ verdict }) => verdict !== "proved")).toEqual([]);
    expectOneWhole(before, await inside.truth());
  });

  test("is not given another storage, nor the words of another", async () => {
    const other = await lab(["up", stack, "-c", "storage=nfs"], 120);
    expect(other.all).toContain("KVM-929");
    const word = await lab(["up", stack, "-c", "storage=glusterfs", "-c", "break=chap"], 120);
    expect(word.all).toContain("words for storage: glusterfs");
  });

  worksAsWithNfs({ storage: "glusterfs", inside: () => inside, reopen });

  test("whose server nfs loses its power: the guest goes on without it", { tags: "long" }, async () => {
    const before = await inside.truth();
    await cutPower("nfs");
    const writes = "virsh domblkstat guest vda | awk '$2 == \"wr_req\" { print $3 }'";
    const written = await inside.on("source", writes);
    await vi.waitFor(
      async () => expect(Number(await inside.on("source", writes))).toBeGreaterThan(Number(written)),
      { timeout: 60_000, interval: 2_000 },
    );
    await up(on("source"));
    expectOneWhole(before, await inside.truth());
    await healed();
  });

  test("whose host without the guest loses its power has it healed, and moves there", {
    tags: "long",
  }, async () => {
    const before = await inside.truth();
    await cutPower("target");
    await up(on("source"));
    await healed();
    await up(on("target"));
    expectOneWhole(before, await inside.truth());
  });

  test("whose servers all lose their power has its guest again", { tags: "long" }, async () => {
    await cutPower("nfs", "source", "target");
    await up(on("target"));
    const { runningOn, disk } = await (await Inside.open()).truth();
    expect(runningOn).toEqual(["target"]);
    expect(disk).toMatchObject({ gaps: 0, torn: 0 });
    await healed();
  });

  test("from kept servers, with names by DNS, moves its guest, and every proof holds", {
    tags: "long",
  }, async () => {
    await lab(["down", stack], 120);
    const { migration } = await up(on("target", { names: "dns" }), 900);
    expect(migration.proofs.filter(({ verdict }) => verdict !== "proved")).toEqual([]);
  });
});
