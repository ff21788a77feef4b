import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { afterEach, describe, expect, it } from "vitest";
import {
  endProcess,
  isAlive,
  machineBootId,
  type ProcessIdentity,
  parseIdentity,
} from "../../../../machines/hypervisor/first-process";
import { parseStat } from "../../../../toolchain/process-mark";

const bootId = "00000000-1111-4222-8333-444444444444";

describe("parseIdentity", () => {
  it("reads what namespace-init.sh writes", () => {
    expect(parseIdentity(`9802 226753 ${bootId}\n`)).toEqual({ pid: 9802, startTime: "226753", bootId });
  });

  it.each(["", "9802", `x 1 ${bootId}`, "1 2 3"])("takes nothing from %j", (text) => {
    expect(parseIdentity(text)).toBeUndefined();
  });
});

describe("a process", () => {
  const started: number[] = [];
  afterEach(() => {
    for (const pid of started.splice(0)) process.kill(pid, "SIGKILL");
  });

  async function startSleep(): Promise<ProcessIdentity> {
    const { pid = 0 } = spawn("sleep", ["30"], { stdio: "ignore" });
    const startTime = parseStat(await readFile(`/proc/${pid}/stat`, "utf8"))?.startTime ?? "";
    return { pid, startTime, bootId: await machineBootId() };
  }

  it("is alive until it is ended, and ending it again does nothing", async () => {
    const identity = await startSleep();
    expect(await isAlive(identity)).toBe(true);
    await endProcess(identity);
    expect(await isAlive(identity)).toBe(false);
    await endProcess(identity);
  });

  it("with the same id but another start time or boot is another one, and left alone", async () => {
    const identity = await startSleep();
    started.push(identity.pid);
    const later = { ...identity, startTime: `${Number(identity.startTime) + 1}` };
    const otherBoot = { ...identity, bootId };
    for (const other of [later, otherBoot]) {
      expect(await isAlive(other)).toBe(false);
      await endProcess(other);
    }
    expect(await isAlive(identity)).toBe(true);
  });
});
