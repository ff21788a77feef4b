import { expect, test } from "vitest";
import type { StorageKind } from "../../stacks/topology/storage-kinds";
import { drainOfSource } from "./drain-program";
import type { Inside } from "./inside";
import { jsonOf, lab, stack } from "./lab-command";
import { expectOneWhole, nextDirection, up } from "./moving";

/** The lab of the file that tries it. */
export interface LabOfStorage {
  readonly storage: StorageKind;
  readonly inside: () => Inside;
  /** After its servers were replaced. */
  readonly reopen: () => Promise<Inside>;
}

async function well(limitSeconds: number, ...args: string[]) {
  const result = await lab(args, limitSeconds);
  expect(result.exitCode, result.all).toBe(0);
  return result;
}

/** What a lab can do whatever its storage is; the lab of NFS has files of tests for each. */
export function worksAsWithNfs({ storage, inside, reopen }: LabOfStorage): void {
  test("is reset to how it was built, and its guest moves", { tags: "long" }, async () => {
    await up({ storage, guestRunsOn: "source", resetPoint: true });
    await well(300, "reset", stack, "--json");
    const again = await reopen();
    const before = await again.truth();
    expect(before.runningOn).toEqual(["source"]);
    await up({ storage, guestRunsOn: "target" });
    expectOneWhole(before, await again.truth());
  });

  test("is saved, ended and restored, and its guest goes on", { tags: "long" }, async () => {
    const before = await inside().truth();
    const name = `of-${storage}`;
    await well(300, "save", name, "--lab", stack, "--force", "--stop");
    await well(300, "restore", name);
    await well(60, "saves", "--remove", name);
    const again = await reopen();
    expectOneWhole(before, await again.truth());
    await up({ storage, guestRunsOn: nextDirection(before).to });
    expectOneWhole(before, await again.truth());
  });

  test("measures a move, and tells of it in a report", { tags: "long" }, async () => {
    const before = await inside().truth();
    const measured = await well(300, "measure", stack, "-c", `storage=${storage}`, "--json");
    expect(jsonOf(measured)).toMatchObject({
      migration: { measurement: { downtime: { ms: expect.any(Number) } } },
    });
    expectOneWhole(before, await inside().truth());
  });

  test("has a disk for each guest; a host is drained of both, and both come home", {
    tags: "long",
  }, async () => {
    const guests = [
      { name: "guest", startsOn: "source", runsOn: "source" },
      { name: "web", startsOn: "source", runsOn: "source" },
    ];
    const words = ["-c", `storage=${storage}`, "-c", `guests=${JSON.stringify(guests)}`];
    await well(600, "up", stack, "--json", ...words);
    const disks = await inside().on(
      "source",
      "for guest in guest web; do virsh domblklist $guest; done | awk '/vda/ { print $2 }'",
    );
    expect(new Set(disks.trim().split("\n")).size).toBe(2);
    const program = await drainOfSource(inside());
    const onTarget = async () => (await inside().on("target", "virsh list --name")).trim().split("\n").sort();
    try {
      const before = await inside().truth();
      await program.pulumi("up");
      expect(await onTarget()).toEqual(["guest", "web"]);
      await program.pulumi("destroy");
      expect(await onTarget()).toEqual([""]);
      expectOneWhole(before, await inside().truth());
    } finally {
      await program.close();
    }
  });
}
