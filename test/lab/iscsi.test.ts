import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { type BreakWord, breaks, breakWordsFor } from "../../stacks/breaks";
import { Inside } from "./inside";
import { jsonOf, type LabResult, lab, stack } from "./lab-command";
import { expectOneWhole } from "./moving";
import { cutPower } from "./servers-power";

// The lab with a block device in place of a folder. What both have alike is tried by the other files.

const proof = z.object({ name: z.string(), verdict: z.string(), facts: z.string() });
const upResult = z.object({
  guest: z.object({ runningOn: z.string() }),
  migration: z.object({ moved: z.boolean(), proofs: z.array(proof) }),
});
const run = (to: "source" | "target", broken: readonly BreakWord[] = []): Promise<LabResult> =>
  lab(
    [
      "up",
      stack,
      "--json",
      "-c",
      "storage=iscsi",
      "-c",
      `guestRunsOn=${to}`,
      "-c",
      `break=${broken.join(",")}`,
    ],
    900,
  );

async function up(to: "source" | "target") {
  const result = await run(to);
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

describe("a lab with iSCSI", () => {
  let inside: Inside;
  beforeAll(async () => {
    await lab(["down", stack], 120);
    await up("source");
    inside = await Inside.open();
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
    const status = await lab(["status", stack], 60);
    expect(status.all).toContain(`${ids[0]?.trim()} LOGGED_IN`);
  });

  const core: readonly BreakWord[] = ["chap", "other-lun"];
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
});
