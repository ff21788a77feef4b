import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bootKind } from "../../machines/snapshots/boot-snapshots";
import { cachedKeys } from "../../toolchain/cached-folders";
import { buildLab } from "./fresh-lab";
import { Inside, type Server } from "./inside";
import { jsonOf, lab } from "./lab-command";
import { noLab } from "./no-lab";

const beside = "test-beside";
const servers = ["nfs", "source", "target"] as const;

/** What no two machines may share. Each prints one line; the first fails on a machine that was not started from a memory. */
const identity = {
  "kernel's boot id": "cat /run/lab/boot_id && cmp /run/lab/boot_id /proc/sys/kernel/random/boot_id",
  "machine id": "cat /etc/machine-id",
  "random numbers": "head -c 16 /dev/urandom | od -An -tx1",
  "host key": "cat /etc/ssh/ssh_host_ed25519_key.pub",
};
/** What the machines of one lab share, and no other lab's. */
const shared = { "operator's key": "head -n 1 /root/.ssh/authorized_keys" };

let labs: Inside[] = [];

/** The answer of every machine of both labs, the first lab's first. */
async function answers(command: string): Promise<string[]> {
  const asked = labs.flatMap((inside) => servers.map((server) => inside.on(server, command)));
  return (await Promise.all(asked)).map((answer) => answer.trim());
}

/** How far a machine's clock is off at least, in ms, whatever the way there takes. */
async function clockIsOff(inside: Inside, server: Server): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 4; attempt++) {
    const before = Date.now();
    const there = Number(await inside.on(server, "date +%s%3N"));
    const after = Date.now();
    least = Math.min(least, Math.max(before - there, there - after, 0));
  }
  return least;
}

describe("two labs at once from one set of kept servers", () => {
  beforeAll(async () => {
    await noLab();
    const [, second] = await Promise.all([buildLab(), lab(["up", beside, "--json"], 900)]);
    expect(second.exitCode, second.all).toBe(0);
    labs = [await Inside.open(), await Inside.open(beside)];
  });
  afterAll(async () => {
    for (const inside of labs) inside.close();
    await lab(["down", beside], 120);
  });

  test.each(Object.entries(identity))("no two machines have the same %s", async (_what, command) => {
    const found = await answers(command);
    expect(new Set(found).size, found.join("\n")).toBe(6);
  });

  test.each(Object.entries(shared))("each lab has an %s of its own", async (_what, command) => {
    const [a, b, c, ...others] = await answers(command);
    expect([b, c]).toEqual([a, a]);
    expect(new Set(others).size).toBe(1);
    expect(others[0]).not.toBe(a);
  });

  test("every clock is right within 0.1 s", async () => {
    const off = await Promise.all(
      labs.flatMap((inside) => servers.map((server) => clockIsOff(inside, server))),
    );
    expect(Math.max(...off), off.join(", ")).toBeLessThan(100);
  });

  test("the two guests are two, and say that they were resumed", async () => {
    const told = await Promise.all(labs.map((inside) => inside.ask()));
    const ids = told.map(({ status }) => status.bootId);
    expect(new Set(ids).size).toBe(2);
    expect(told.map(({ status }) => status.resumed)).toEqual([true, true]);
    expect(told.map(({ disk }) => disk)).toMatchObject([
      { gaps: 0, torn: 0 },
      { gaps: 0, torn: 0 },
    ]);
  });
});

test("./lab up --cold has servers and guest boot, and nothing is kept of it", { tags: "long" }, async () => {
  const kept = await cachedKeys(bootKind);
  const result = await lab(["up", beside, "--cold", "--json"], 900);
  expect(result.exitCode, result.all).toBe(0);
  expect(jsonOf(result)).toMatchObject({ servers: "boot" });
  expect(await cachedKeys(bootKind)).toEqual(kept);
  const inside = await Inside.open(beside);
  try {
    // Only a machine that was started from a memory has it.
    for (const server of servers) await inside.on(server, "test ! -e /run/lab/boot_id");
    expect((await inside.ask()).status.resumed).toBe(false);
  } finally {
    inside.close();
    await lab(["down", beside], 120);
  }
});
