import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execaSync } from "execa";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { fillIn } from "../../../course/fill-in";
import { readExercise } from "../../../course/read-exercises";

// What checks make of what libvirt keeps of a guest on its host: its log, and the state of one that runs.

const host = mkdtempSync(join(tmpdir(), "host-logs-"));
const [logs, running] = [join(host, "log"), join(host, "run")];
beforeEach(() => {
  for (const folder of [logs, running]) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
  }
});
afterAll(() => rmSync(host, { recursive: true }));

const values = {
  lab: { startedAt: String(Date.parse("2026-11-30T10:00:00Z") / 1000) },
  guest: { name: "guest", address: "127.0.0.1" },
  secondGuest: { name: "db", address: "127.0.0.1" },
};

/** What a check says: its exit code and its first line. */
function seen(exercise: string, name: string): string {
  const check = readExercise(exercise)
    .steps.flatMap((step) => step.checks)
    .find((one) => one.name === name);
  const script = fillIn(check?.run ?? "", values, "shell")
    .replaceAll("/var/log/libvirt/qemu", logs)
    .replaceAll("/run/libvirt/qemu", running);
  const { exitCode, stdout } = execaSync("sh", ["-s"], { input: script, reject: false });
  return [exitCode, ...stdout.split("\n").slice(0, 1)].filter((part) => part !== "").join(": ");
}

/** Lines as libvirt writes them, a minute after each other, the first one at this hour. */
function log(guest: string, hour: string, ...events: readonly string[]): void {
  const lines = events.map((event, minute) =>
    event.startsWith("qemu")
      ? `2026-11-30T${hour}:0${minute}:00.123456Z ${event}\n`
      : `2026-11-30 ${hour}:0${minute}:00.123+0000: ${event}\n`,
  );
  writeFileSync(join(logs, `${guest}.log`), lines.join(""), { flag: "a" });
}

const start = "starting up libvirt version: 9.0.0, qemu version: 7.2.22, kernel: 6.1.0, hostname: source";
const ended = (reason: string) => `shutting down, reason=${reason}`;
const state = (guest: string, text: string) => writeFileSync(join(running, `${guest}.xml`), text);

describe("a move that was given up", () => {
  const move = "initiating migration";
  const said = () => seen("modes", "did-not-end");

  test("is one after which the guest was not gone", () => {
    expect(said()).toBe("1: no move");
    log("guest", "09", start, move);
    log("guest", "10", move, ended("migrated"));
    expect(said()).toBe("1: moves begun: 1, given up: 0");
    log("guest", "11", start, move);
    expect(said()).toBe("0");
    log("guest", "12", move, ended("migrated"), start);
    expect(said()).toBe("0");
  });

  test("is none while it goes on", () => {
    log("guest", "10", start, move);
    state(
      "guest",
      "<domstatus state='running'>\n  <job type='none' async='migration out' phase='perform3'>\n",
    );
    expect(said()).toBe("1: moves begun: 1, given up: 0");
    state("guest", "<domstatus state='running'>\n  <job type='none' async='none'/>\n");
    expect(said()).toBe("0");
  });
});

test("a guest has left a host by the last that its log says, since the exercise was started", () => {
  const said = () => seen("drain", "one-left");
  expect(said()).toBe("1: db: no log");
  log("db", "09", start, ended("migrated"), start);
  expect(said()).toBe("1: db: is still there");
  log("db", "10", ended("saved"), start);
  expect(said()).toBe("1: db: saved");
  log("db", "11", ended("migrated"), start);
  expect(said()).toBe("0");
  expect(seen("drain", "all-left")).toBe("1: guest: no log");
});

test("a guest was broken when it was saved, then ended at once, then not started", () => {
  const said = () => seen("save", "broken");
  log("guest", "09", start, ended("saved"), start, ended("destroyed"), ended("failed"));
  expect(said()).toBe("1: -");
  log("guest", "10", ended("saved"), start);
  expect(said()).toBe("1: saved");
  log("guest", "11", ended("destroyed"), start);
  expect(said()).toBe("1: destroyed");
  log("guest", "12", ended("destroyed"), start, "qemu-system-x86_64: not in qcow2 format", ended("failed"));
  expect(said()).toBe("0");
});

test("a guest is restored when it goes on from a saved memory after it was broken", () => {
  const said = () => seen("save", "restored");
  state("guest", "<!-- generated -->\n<domstatus state='running' reason='restored' pid='1'>\n");
  log("guest", "10", start, ended("saved"), start);
  expect(said()).toBe("1: not broken since it was saved");
  log("guest", "11", ended("failed"), start);
  expect(said()).toBe("0: running (restored)");
});

describe("a guest that left a host by a move", () => {
  const said = () => seen("virt-manager", "moved-away");

  test("is one that ended there as migrated, after the exercise was started", () => {
    expect(said()).toBe("1: -");
    log("guest", "09", start, ended("migrated"));
    expect(said()).toBe("1: -");
    log("guest", "10", start, ended("destroyed"));
    expect(said()).toBe("1: destroyed");
    log("guest", "11", start, ended("migrated"), start, ended("destroyed"));
    expect(said()).toBe("0");
  });
});
