// @module-tag long
import { statSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { moveByLibvirt, moveInWindow, pictures } from "./desktop";
import { freshLab } from "./fresh-lab";
import type { Inside } from "./inside";
import { jsonOf, lab, stack } from "./lab-command";
import { expectOneWhole, up } from "./moving";

const status = z.object({ guest: z.object({ runningOn: z.string() }) });

let inside: Inside;

beforeAll(async () => {
  inside = await freshLab();
}, 900_000);
afterAll(() => inside?.close());

/** By which a desktop's programs reach a host, as a script asks for it. */
async function uriOf(host: string): Promise<string> {
  const { exitCode, stdout, all } = await lab(["virt-manager", stack, "--uri", host], 60);
  expect(exitCode, all).toBe(0);
  return stdout.trim();
}

/** Somebody moved the guest from source to target, and not by the lab: the lab sees it, and the next `./lab up` brings the guest back. */
async function expectDriftUnderstood(before: Awaited<ReturnType<Inside["truth"]>>): Promise<void> {
  const moved = await inside.truth();
  expectOneWhole(before, moved);
  expect(moved.states).toEqual(["source: none", "target: running"]);
  expect(status.parse(jsonOf(await lab(["status", stack, "--json"], 60))).guest.runningOn).toBe("target");
  const { migration } = await up({ guestRunsOn: "source" });
  expect(migration).toMatchObject({ moved: true, runningOn: "source" });
  const back = await inside.truth();
  expectOneWhole(moved, back);
  expect(back.runningOn).toEqual(["source"]);
}

describe("a desktop's libvirt", () => {
  test("reaches both hosts by the connections that are printed", async () => {
    const { stdout } = await lab(["virt-manager", stack, "--print"], 60);
    for (const [host, guests] of Object.entries({ source: "guest", target: "" })) {
      const uri = await uriOf(host);
      expect(stdout).toContain(`  ${host}: ${uri}\n`);
      const listed = await execa("virsh", ["-c", uri, "list", "--name"], { timeout: 60_000 });
      expect(listed.stdout.trim(), host).toBe(guests);
    }
  });

  test("moves the guest in virt-manager's window, and the lab understands the drift", async () => {
    const before = await inside.truth();
    expect(await moveInWindow("guest", "source", "target")).toContain("guest runs on QEMU/KVM: target");
    for (const name of ["1-before", "2-where-to", "3-moving", "4-after"])
      expect(statSync(join(pictures, `${name}.png`)).size, name).toBeGreaterThan(5_000);
    const refreshed = await lab(["pulumi", "refresh", "--yes", "--diff"], 300);
    expect(refreshed.exitCode, refreshed.all).toBe(0);
    expect(refreshed.stdout).toMatch(/to *: "source" => "target"/);
    await expectDriftUnderstood(before);
  });

  test("moves it by the same calls from Python, without a window", async () => {
    const before = await inside.truth();
    const [source, target] = [await uriOf("source"), await uriOf("target")];
    expect((await moveByLibvirt("guest", source, target)).trim()).toBe("target");
    await expectDriftUnderstood(before);
  });
});
