import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { drainOfSource } from "./drain-program";
import { freshLab } from "./fresh-lab";
import type { Inside, Server } from "./inside";
import { expectOneWhole } from "./moving";
import type { Program } from "./program";
import { defineSecond } from "./second-guest";

const outputs = z.object({
  movedGuests: z.array(
    z.object({
      name: z.string(),
      from: z.string(),
      to: z.string(),
      proofs: z.array(z.object({ name: z.string(), verdict: z.string(), facts: z.string() })),
    }),
  ),
});

let inside: Inside;
let program: Program;

/** A second guest with a disk of its own, from the first one's definition. It may still be booting when it is moved. */
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

describe("a host is emptied, and filled again", () => {
  beforeAll(async () => {
    inside = await freshLab();
    program = await drainOfSource(inside);
    await inside.on("source", makeSecond(inside.addresses.guest), 120);
  });
  afterAll(async () => {
    for (const host of ["source", "target"] as const) await inside?.attempt(host, removeSecond);
    inside?.close();
    await program?.close();
  });

  test("its preview says who would go where, and moves nobody", async () => {
    const said = await program.pulumi("preview");
    expect(said).toMatch(/would leave source: (guest, second|second, guest)$/m);
    expect(said).toMatch(/ MiB free on target; .*\bguest \([\d.]+ MiB\) goes to target/);
    expect(await runningOn("source")).toEqual(["guest", "second"]);
  });

  test("all guests leave it, each where there is memory, with the proofs that can be had", async () => {
    const before = await inside.truth();
    await program.pulumi("up");
    expect(await runningOn("source")).toEqual([]);
    expect(await runningOn("target")).toEqual(["guest", "second"]);
    const { movedGuests: guests } = outputs.parse(await program.outputs());
    expect(guests.map(({ name, from, to }) => `${name}: ${from} to ${to}`).sort()).toEqual([
      "guest: source to target",
      "second: source to target",
    ]);
    // Two moves at once on an emulated machine: what could not be seen in time is said so, and nothing is failed.
    const words = (name: string) =>
      guests
        .find((guest) => guest.name === name)
        ?.proofs.map((proof) => `${proof.name} ${proof.verdict}: ${proof.facts}`) ?? [];
    console.log(words("guest").join("\n"));
    expect(words("guest").filter((line) => / failed: /.test(line))).toEqual([]);
    expect(words("guest")).toEqual(
      expect.arrayContaining([expect.stringMatching(/^one-running-copy proved/)]),
    );
    expect(words("second").filter((line) => / failed: /.test(line))).toEqual([]);
    expect(words("second").filter((line) => / unproved: /.test(line)).length).toBeGreaterThan(0);
    expectOneWhole(before, await inside.truth());
  });

  test("they come home when the drain is destroyed", { tags: "long" }, async () => {
    const before = await inside.truth();
    await program.pulumi("destroy");
    expect(await runningOn("target")).toEqual([]);
    expect(await runningOn("source")).toEqual(["guest", "second"]);
    expectOneWhole(before, await inside.truth());
  });
});
