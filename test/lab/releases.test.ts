// @module-tag long
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { jsonOf, lab, stack } from "./lab-command";

const proof = z.object({ name: z.string(), verdict: z.string() });
const upResult = z.object({
  guest: z.object({ runningOn: z.string() }),
  migration: z.object({ command: z.string(), moved: z.boolean(), proofs: z.array(proof) }),
});
const older = /libvirt 9\.0\.\d+ is older than 11\.3\.\d+; QEMU 7\.2\.\d+ is older than 10\.0\.\d+/;

type Releases = Readonly<Record<string, string>>;
/** What a release is kept of would not pay back here: a server of another one boots anyhow. */
const words = (releases: Releases, guestRunsOn: string) => [
  ...["-c", `releases=${JSON.stringify(releases)}`],
  ...["-c", `guestRunsOn=${guestRunsOn}`],
];

async function up(releases: Releases, guestRunsOn: string, ...more: string[]) {
  const result = await lab(["up", stack, "--json", ...words(releases, guestRunsOn), ...more], 1_200);
  expect(result.exitCode, result.all).toBe(0);
  return upResult.parse(jsonOf(result));
}

/** What `./lab up` says that is to refuse the move; a terminal's lines are broken between words. */
async function refused(releases: Releases, guestRunsOn: string, ...more: string[]): Promise<string> {
  const result = await lab(["up", stack, ...words(releases, guestRunsOn), ...more], 300);
  expect(result.exitCode, result.all).toBe(1);
  return result.all.replace(/\s+/g, " ");
}

function expectProved({ migration }: z.output<typeof upResult>): void {
  expect(migration.moved).toBe(true);
  expect(migration.proofs.filter(({ verdict }) => verdict !== "proved")).toEqual([]);
}

async function machineOn(host: string): Promise<string | undefined> {
  const { all } = await lab(["virsh", host, "dumpxml", "guest"], 60);
  return /machine='([^']+)'/.exec(all)?.[1];
}

afterAll(async () => {
  await lab(["down", stack], 120);
});

describe("a lab whose target has a newer release than source", () => {
  const mixed = { target: "trixie" };

  beforeAll(async () => {
    await lab(["down", stack], 120);
  }, 200_000);

  test("is built, and its guest moves to the newer QEMU and libvirt with all proofs", {}, async () => {
    const told = await up(mixed, "target");
    expect(told.guest.runningOn).toBe("target");
    expectProved(told);
    expect(await machineOn("target")).toBe("pc-q35-7.2");
    const status = await lab(["status", stack], 60);
    expect(status.all).toMatch(/source \W bookworm [\s\S]*target \W trixie /);
  });

  test("has the way back refused, by post-copy also where that is waived", async () => {
    const told = await refused(mixed, "source");
    expect(told).toContain("KVM-630");
    expect(told).toMatch(older);
    const postCopy = ["-c", 'migrationOptions={"mode":"postCopy"}', "-c", "waive=KVM-630"];
    expect(await refused(mixed, "source", ...postCopy)).toContain("KVM-616");
  });

  test("has it move back with all proofs where that is waived", async () => {
    const told = await up(mixed, "source", "-c", "waive=KVM-630");
    expect(told.guest.runningOn).toBe("source");
    expectProved(told);
  });
});

describe("a lab whose source has the newer release", () => {
  test("has its guest stay there: its machine type is of the newer QEMU", async () => {
    const mixed = { source: "trixie" };
    await lab(["down", stack], 120);
    await up(mixed, "source");
    expect(await machineOn("source")).toBe("pc-q35-10.0");
    const told = await refused(mixed, "target", "-c", "waive=KVM-630");
    expect(told).toContain("KVM-648");
    expect(told).toContain("pc-q35-7.2 is the newest of its kind there");
  });
});

describe("a lab of the newer release alone", () => {
  test("is built, has its guest move there and back, and names by DNS", async () => {
    const all = { nfs: "trixie", source: "trixie", target: "trixie" };
    await lab(["down", stack], 120);
    expectProved(await up(all, "target"));
    expectProved(await up(all, "source", "-c", "names=dns"));
  });
});
