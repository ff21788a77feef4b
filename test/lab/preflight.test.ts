import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { textTable } from "../../cli/table";
import { type BreakWord, breaks, breakWordsFor } from "../../stacks/breaks";
import { freshLab } from "./fresh-lab";
import { Inside } from "./inside";
import { lab, stack } from "./lab-command";
import { expectOneWhole, refused, up } from "./moving";

let inside: Inside;
const rows: string[][] = [];

beforeAll(async () => {
  inside = await freshLab();
}, 900_000);
afterAll(() => {
  inside?.close();
  console.log(textTable(["broken", "refused with", "seconds"], rows));
});

/** Words that do not hide each other: one look at both hosts finds each of them, and tells all at once. */
const groups: readonly (readonly BreakWord[])[] = [
  ["no-share", "name-missing", "clock", "bridge"],
  ["other-share", "name-wrong", "device"],
  ["read-only", "libvirt-name", "firewall"],
  ["same-name", "login", "memory"],
];
/** All at once what df tells, then the rest block by block: until there is no room. */
const fillShare = `cd /migration
fallocate -l "$(df -B1 --output=avail . | tail -n 1)" filled || true
dd if=/dev/zero of=filled bs=64k oflag=append conv=notrunc 2> /dev/null || true
sync -f .`;
const whyItStands = () => inside.on("source", "LC_ALL=C virsh domstate guest --reason");
/** Those of another storage, and those that need a name server, have tests of their own. */
const breakWords = breakWordsFor({ names: "hosts", storage: "nfs" });
const byAnotherBoot = breakWords.filter((word) => breaks[word].on === "build of target");

describe("a broken lab: the move is refused with the rules' codes, and the guest does not stop for a moment", () => {
  test("every word is tried", () => {
    expect([...groups.flat(), ...byAnotherBoot].sort()).toEqual([...breakWords].sort());
  });

  // The last one is what is broken in the tests after it.
  const core = [groups[0], groups.at(-1)];
  for (const words of groups)
    test(words.join(", "), core.includes(words) ? {} : { tags: "long" }, () => isRefused(words));

  async function isRefused(words: readonly BreakWord[]): Promise<void> {
    const codes = words.map((word) => breaks[word].code);
    const before = await inside.truth();
    const started = performance.now();
    const result = await refused({ guestRunsOn: "target", break: words }, "KVM-6");
    for (const code of codes) expect(result.stderr, result.all).toContain(code);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    rows.push([words.join(", "), codes.join(", "), seconds]);
    const after = await inside.truth();
    expectOneWhole(before, after);
    expect(after.runningOn).toEqual(["source"]);
  }

  test("./lab preflight says the same without moving anything, with its own exit code", async () => {
    const result = await lab(["preflight", stack, "--json"], 60);
    expect(result.exitCode, result.all).toBe(1);
    expect(result.stdout).toContain("KVM-602");
  });

  test("a full share stops the guest, which is not moved then, and goes on without a gap when there is room", {
    tags: "long",
  }, async () => {
    const before = await inside.truth();
    await inside.on("nfs", fillShare);
    await vi.waitFor(async () => expect(await whyItStands()).toContain("paused (I/O error)"), {
      timeout: 60_000,
      interval: 1_000,
    });
    const { stderr } = await refused({ guestRunsOn: "target" }, "KVM-604");
    expect(stderr).toContain("no room is left in /var/lib/libvirt/images/guest on source");
    await inside.on("nfs", "rm /migration/filled");
    await inside.on("source", "virsh resume guest");
    const after = await inside.truth();
    rows.push(["(the share is full)", "KVM-604, KVM-621, KVM-639", ""]);
    expectOneWhole(before, after);
    expect(after.disk?.last).toBeGreaterThan(before.disk?.last ?? 0);
  });

  test("what is broken no longer is fixed, and the guest moves", async () => {
    const before = await inside.truth();
    expect((await up({ guestRunsOn: "target" })).migration.runningOn).toBe("target");
    expectOneWhole(before, await inside.truth());
    const result = await lab(["preflight", stack], 60);
    expect(result.exitCode, result.all).toBe(0);
  });
});

test("a target with another processor refuses the guest, which goes on where it is", {
  tags: "long",
}, async () => {
  // Another target is another lab: its guest is on source from the beginning.
  await lab(["down", stack], 60);
  const settings = { guestRunsOn: "target" as const, break: byAnotherBoot };
  const result = await refused(settings, "KVM-624");
  for (const word of byAnotherBoot) expect(result.stderr, result.all).toContain(breaks[word].code);
  const newLab = await Inside.open();
  const before = await newLab.truth();
  await refused(settings, "KVM-624");
  const after = await newLab.truth();
  newLab.close();
  expectOneWhole(before, after);
  rows.push([byAnotherBoot.join(", "), byAnotherBoot.map((word) => breaks[word].code).join(", "), ""]);
});
