// @module-tag long
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { drainOfSource } from "./drain-program";
import { freshLab } from "./fresh-lab";
import type { Inside, Server } from "./inside";
import { expectOneWhole } from "./moving";
import type { Program } from "./program";
import { defineSecond } from "./second-guest";

const outputs = z.object({
  drained: z.boolean(),
  movedGuests: z.array(z.object({ name: z.string(), from: z.string(), to: z.string() })),
});

let inside: Inside;
let program: Program;

const makeSecond = (guestAddress: string) => `set -e
folder=/var/lib/libvirt/images/guest
qemu-img create -q -f qcow2 $folder/second.qcow2 64M
${defineSecond(guestAddress)}
virsh start second`;
const removeSecond =
  "virsh destroy second; virsh undefine second; rm -f /var/lib/libvirt/images/guest/second.qcow2";

const runningOn = async (server: Server) =>
  (await inside.on(server, "virsh list --name --state-running"))
    .split("\n")
    .filter((name) => name !== "")
    .sort();
const marksOn = (server: Server, ...guests: readonly string[]) =>
  inside.on(
    server,
    `for guest in ${guests.join(" ")}; do virsh dumpxml $guest | grep drain:home || true; done`,
  );

/** Until libvirt on source moves the second guest, and has the first one off. */
async function duringSecondMove(): Promise<void> {
  const moving = "virsh list --name | grep -q '^guest$' || virsh domjobinfo second";
  for (let seconds = 0; seconds < 300; seconds++) {
    const { stdout } = await inside.attempt("source", moving);
    if (/Operation:\s+Outgoing migration/.test(stdout)) return;
    await sleep(1_000);
  }
  throw new Error("the second guest did not begin to move");
}

describe("a drain whose engine is killed between two guests", () => {
  beforeAll(async () => {
    inside = await freshLab();
    program = await drainOfSource(inside, {
      // One after the other, and the second so slowly that it is still on its way.
      maxOutgoing: 1,
      guestLimits: { second: { bandwidthMiBps: 2, timeoutSeconds: 900 } },
    });
    await inside.on("source", makeSecond(inside.addresses.guest), 120);
  });
  afterAll(async () => {
    for (const host of ["source", "target"] as const) await inside?.attempt(host, removeSecond);
    inside?.close();
    await program?.close();
  });

  test("has told libvirt where the first is at home, and the next up finishes what was begun", async () => {
    const before = await inside.truth();
    const engine = program.start("up");
    await duringSecondMove();
    engine.kill("SIGKILL");
    await engine;
    expect(await runningOn("target")).toContain("guest");
    expect(await marksOn("target", "guest")).toContain('host="source"');

    // The engine had no time to unlock its state.
    await program.pulumi("cancel", "--yes");
    await program.pulumi("up");
    expect(await runningOn("source")).toEqual([]);
    expect(await runningOn("target")).toEqual(["guest", "second"]);
    const { drained, movedGuests } = outputs.parse(await program.outputs());
    expect(drained).toBe(true);
    expect(movedGuests.map(({ name, from, to }) => `${name}: ${from} to ${to}`).sort()).toEqual([
      "guest: source to target",
      "second: source to target",
    ]);
    expectOneWhole(before, await inside.truth());
  });

  test("destroying it brings both home, and leaves nothing in their definitions", async () => {
    const before = await inside.truth();
    await program.pulumi("destroy");
    expect(await runningOn("target")).toEqual([]);
    expect(await runningOn("source")).toEqual(["guest", "second"]);
    expect(await marksOn("source", "guest", "second")).toBe("");
    expectOneWhole(before, await inside.truth());
  });
});
