// @module-tag long
import { afterAll, beforeAll, expect, test } from "vitest";
import { freshLab } from "./fresh-lab";
import { Inside, type Server } from "./inside";
import { lab, stack } from "./lab-command";
import { expectOneWhole } from "./moving";

let inside: Inside;

const bootOf = (server: Server) => inside.on(server, "cat /proc/sys/kernel/random/boot_id");
const guestsOn = (server: Server) => inside.on(server, "virsh list --name --state-running | tr '\\n' ' '");
const marks = () => inside.on("source", "virsh dumpxml guest | grep -c drain:home || true");
const maintain = (...words: string[]) => lab(["maintain", "--lab", stack, ...words], 900);

beforeAll(async () => {
  inside = await freshLab();
});
afterAll(() => inside?.close());

test("a command that fails leaves the guest where it went, and the next run brings it home", async () => {
  const before = await inside.truth();
  const failed = await maintain("source", "--run", "echo it broke >&2; exit 7");
  expect(failed.exitCode, failed.all).toBe(1);
  expect(failed.all).toMatch(/KVM-921 on source[\s\S]*exit code 7: it broke/);
  expect(await guestsOn("target")).toContain("guest");
  const again = await maintain("source", "--run", 'test -z "$(virsh list --name)" && date > /root/serviced');
  expect(again.exitCode, again.all).toBe(0);
  expect(await guestsOn("source")).toContain("guest");
  expect(await inside.on("source", "cat /root/serviced")).not.toBe("");
  expect((await marks()).trim()).toBe("0");
  expectOneWhole(before, await inside.truth());
});

test("two hosts boot one after the other, and the guest's service is there all the time", async () => {
  const before = await inside.truth();
  const boots = [await bootOf("source"), await bootOf("target")];
  const done = await maintain("source", "target", "--reboot");
  expect(done.exitCode, done.all).toBe(0);
  console.log(done.all.split("\n").slice(-6).join("\n"));
  expect(done.all).toMatch(/source +1 .*\n *target +0 /);
  expect(done.all).toMatch(/guest: answered \d+ of \d+ questions in \d+ s \([\d.]+ %\)/);
  inside.close();
  inside = await Inside.open();
  expect(await guestsOn("source")).toContain("guest");
  expect(await bootOf("source")).not.toBe(boots[0]);
  expect(await bootOf("target")).not.toBe(boots[1]);
  expectOneWhole(before, await inside.truth());
  const up = await lab(["up", stack, "--refresh", "-c", "guestRunsOn=source"], 300);
  expect(up.exitCode, up.all).toBe(0);
});
