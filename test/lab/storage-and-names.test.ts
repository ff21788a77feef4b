// @module-tag long
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { type StorageKind, storageKinds } from "../../stacks/topology/storage-kinds";
import { Inside } from "./inside";
import { jsonOf, lab, stack } from "./lab-command";
import { expectOneWhole } from "./moving";

const upResult = z.object({
  guest: z.object({ runningOn: z.string() }),
  migration: z.object({
    moved: z.boolean(),
    proofs: z.array(z.object({ name: z.string(), verdict: z.string() })),
  }),
});
type Names = "hosts" | "dns";

async function up(storage: StorageKind, names: Names, runsOn: "source" | "target") {
  const settings = [`storage=${storage}`, `names=${names}`, `guestRunsOn=${runsOn}`];
  const words = settings.flatMap((setting) => ["-c", setting]);
  const result = await lab(["up", stack, "--json", ...words], 900);
  expect(result.exitCode, result.all).toBe(0);
  return upResult.parse(jsonOf(result));
}

// Each kind of storage with each kind of names, in one lab each. What a kind has by itself has files of its own.
describe.each(storageKinds)("%s", (storage) => {
  let inside: Inside;

  /** The kind of names changes in place, and the guest goes to the other host by the new ones. */
  async function moves(names: Names, to: "source" | "target"): Promise<void> {
    const before = await inside.truth();
    const { guest, migration } = await up(storage, names, to);
    expect(guest.runningOn).toBe(to);
    expect(migration.moved).toBe(true);
    expect(migration.proofs.filter(({ verdict }) => verdict !== "proved")).toEqual([]);
    expectOneWhole(before, await inside.truth());
    const ownLines = await inside.on("source", "grep -c kvm-migration-lab /etc/hosts || true");
    expect(ownLines.trim() === "0").toBe(names === "dns");
  }

  beforeAll(async () => {
    await lab(["down", stack], 120);
    await up(storage, "dns", "source");
    inside = await Inside.open();
  });
  afterAll(async () => {
    inside?.close();
    await lab(["down", stack], 120);
  });

  test("moves by a name server", () => moves("dns", "target"));
  test("moves by hosts files that take its place", () => moves("hosts", "source"));
});
