import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { textTable } from "../../cli/table";
import { breaks, breakWords } from "../../components/breaks";
import { Inside } from "./inside";
import { lab, stack } from "./lab-command";
import { expectOneWhole, refused, up } from "./moving";

let inside: Inside;
const rows: string[][] = [];

beforeAll(async () => {
  await up({ guestRunsOn: "source" }, 900);
  inside = await Inside.open();
}, 900_000);
afterAll(() => {
  inside?.close();
  console.log(textTable(["broken", "refused with", "seconds"], rows));
});

const whileItRuns = breakWords.filter((word) => breaks[word].on !== "build of target");
const byAnotherBoot = breakWords.filter((word) => breaks[word].on === "build of target");

describe("a broken lab: the move is refused with the rule's code, and the guest does not stop for a moment", () => {
  test.each(whileItRuns)("%s", async (word) => {
    const { code } = breaks[word];
    const before = await inside.truth();
    const started = performance.now();
    await refused({ guestRunsOn: "target", break: [word] }, code);
    rows.push([word, code, ((performance.now() - started) / 1000).toFixed(1)]);
    const after = await inside.truth();
    expectOneWhole(before, after);
    expect(after.runningOn).toEqual(["source"]);
  });

  test("several at once are told at once", async () => {
    const words = ["clock", "firewall", "same-name"] as const;
    const result = await refused({ guestRunsOn: "target", break: words }, "KVM-602");
    for (const word of words) expect(result.stderr).toContain(breaks[word].code);
  });

  test("./lab preflight says the same without moving anything, with its own exit code", async () => {
    const result = await lab(["preflight", stack, "--json"], 60);
    expect(result.exitCode, result.all).toBe(1);
    expect(result.stdout).toContain("KVM-636");
  });

  test("what is broken no longer is mended, and the guest moves", async () => {
    const before = await inside.truth();
    expect((await up({ guestRunsOn: "target" })).migration.runningOn).toBe("target");
    expectOneWhole(before, await inside.truth());
    const result = await lab(["preflight", stack], 60);
    expect(result.exitCode, result.all).toBe(0);
    await up({ guestRunsOn: "source" });
  });
});

test("a target with another processor refuses the guest, which goes on where it is", async () => {
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
