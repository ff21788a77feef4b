import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { guestRecipe, probeSources } from "../../../../machines/images/guest-initrd";
import { freePort, openProbe, type Status, spoilOnePage, synced } from "./probe-client";

/** The guest's probe, run on this machine: the same source, with another port and folder. */
const sources = probeSources.map((file) => resolve(guestRecipe, file));

const hasCompiler = (() => {
  try {
    execFileSync("gcc", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

let built: string;
let data: string;
let port: number;
let probe: ChildProcess;

const open = () => openProbe(port);

async function start(folder = data): Promise<void> {
  const words = ["-p", String(port), "-d", folder, "-e", join(folder, "errors_count")];
  probe = spawn(join(built, "probe"), words, { stdio: "ignore" });
  for (let attempt = 0; attempt < 100; attempt++) {
    const client = await open().catch(() => undefined);
    client?.socket.destroy();
    if (client) return;
    await sleep(20);
  }
  throw new Error("the probe does not listen");
}

async function stop(): Promise<void> {
  if (probe.exitCode !== null || probe.signalCode !== null) return;
  probe.kill("SIGKILL");
  await once(probe, "exit");
}

describe.skipIf(!hasCompiler)("the guest's probe", () => {
  beforeAll(() => {
    built = mkdtempSync(join(tmpdir(), "kvmlab-probe-"));
    execFileSync("gcc", [
      "-O1",
      "-Wall",
      "-Wextra",
      "-Werror",
      "-pthread",
      "-o",
      join(built, "probe"),
      ...sources,
    ]);
  });

  afterAll(() => rmSync(built, { recursive: true, force: true }));

  beforeEach(async () => {
    data = mkdtempSync(join(tmpdir(), "kvmlab-data-"));
    port = await freePort();
    await start();
  });

  afterEach(async () => {
    await stop();
    rmSync(data, { recursive: true, force: true });
  });

  it("says who it is on connecting, and once more for each line", async () => {
    const client = await open();
    const first = await client.status();
    expect(first).toMatchObject({ diskError: null, resumed: false });
    expect(first.bootId).toBe(readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim());
    client.socket.write("one\ntwo\n");
    const answers = [await client.status(), await client.status()];
    expect(answers.every(({ bootId }) => bootId === first.bootId)).toBe(true);
    client.socket.destroy();
  });

  it("counts ten times a second, whoever asks", async () => {
    const client = await open();
    const before = await client.status();
    await sleep(600);
    client.socket.write("\n");
    const after = await client.status();
    const ticks = (after.uptimeMs - before.uptimeMs) / 100;
    expect(Math.abs(after.counter - before.counter - ticks)).toBeLessThanOrEqual(2);
    client.socket.destroy();
  });

  it("writes a sequence without gaps, and goes on from it after a restart", async () => {
    let client = await open();
    const { sequence } = await synced(client, 1);
    client.socket.destroy();
    await stop();
    // Power was lost in the middle of a line.
    appendFileSync(join(data, "sequence.log"), `${sequence + 1} 12`);
    await start();
    client = await open();
    await client.next();
    const after = await synced(client, sequence + 1);
    expect(after.counter).toBeLessThan(30);
    client.socket.write("disk\n");
    const disk = JSON.parse(await client.next());
    expect(disk).toMatchObject({ first: 1, last: after.sequence, lines: after.sequence, gaps: 0, torn: 0 });
    client.socket.destroy();
  });

  it("finds gaps and torn lines that are on the disk", async () => {
    await stop();
    appendFileSync(join(data, "sequence.log"), "1 0 a\n2 10 a\n5 20 a\nrubbish\n6 30 a\n");
    await start();
    const client = await open();
    await client.next();
    client.socket.write("disk\n");
    expect(JSON.parse(await client.next())).toMatchObject({ first: 1, gaps: 1, torn: 1 });
    client.socket.destroy();
  });

  it("tells how the file system of its disk is, where the driver counts errors", async () => {
    const client = await open();
    await client.next();
    const ask = async () => {
      client.socket.write("disk\n");
      return JSON.parse(await client.next());
    };
    expect(await ask()).toMatchObject({ errors: null, readOnly: false });
    // As /sys/fs/ext4/vda/errors_count has it.
    writeFileSync(join(data, "errors_count"), "3\n");
    expect(await ask()).toMatchObject({ errors: 3, readOnly: false });
    client.socket.destroy();
  });

  it("writes a part of its memory again all the time, and finds every page as it was written", async () => {
    const client = await open();
    await client.next();
    await sleep(350);
    client.socket.write("memory\n");
    const memory = JSON.parse(await client.next());
    expect(memory).toMatchObject({ pages: 256, wrong: 0 });
    expect(memory.written).toBeGreaterThanOrEqual(3);
    client.socket.destroy();
  });

  it("finds a page of its memory that is not as it was written", async () => {
    const client = await open();
    await client.next();
    spoilOnePage(probe.pid ?? 0);
    client.socket.write("memory\n");
    expect(JSON.parse(await client.next())).toMatchObject({ pages: 256, wrong: 1 });
    client.socket.destroy();
  });

  it("takes the name that it is given when it was started from a memory that others have too", async () => {
    const client = await open();
    await client.next();
    const ask = async (line: string) => {
      client.socket.write(`${line}\n`);
      return client.status();
    };
    const id = "01234567-89ab-cdef-0123-456789abcdef";
    expect(await ask(`resumed ${id}`)).toMatchObject({ bootId: id, resumed: true });
    expect((await ask("resumed not-a-name")).bootId).toBe(id);
    client.socket.write("memory\n");
    expect(JSON.parse(await client.next())).toMatchObject({ pages: 256, wrong: 0 });
    const { sequence } = await ask("");
    await synced(client, sequence + 2);
    expect(readFileSync(join(data, "sequence.log"), "utf8")).toContain(id);
    client.socket.destroy();
  });

  it("writes to its memory and its disk as it was asked to, tells how much, and stops", async () => {
    const client = await open();
    await client.next();
    const ask = async (line: string) => {
      client.socket.write(`${line}\n`);
      return client.status();
    };
    expect(await ask("load 16")).toMatchObject({ memoryLoadPages: 0, diskLoadKiB: 0 });
    await ask("writes 400");
    await sleep(1000);
    const { memoryLoadPages, diskLoadKiB } = await ask("load 0");
    // Ten portions in a second, one more or less, and fewer where the machine is busy.
    expect(memoryLoadPages).toBeGreaterThan(410);
    expect(memoryLoadPages).toBeLessThanOrEqual(11.1 * 410);
    expect(diskLoadKiB).toBeGreaterThanOrEqual(40);
    expect(diskLoadKiB).toBeLessThanOrEqual(440);
    await ask("writes 0");
    await sleep(300);
    const stopped = await ask("");
    await sleep(300);
    expect(await ask("")).toMatchObject({
      memoryLoadPages: stopped.memoryLoadPages,
      diskLoadKiB: stopped.diskLoadKiB,
    });
    client.socket.destroy();
  });

  it("echoes datagrams, with nothing in them that breaks JSON", async () => {
    const socket = createSocket("udp4");
    const ask = async (payload: string): Promise<Status> => {
      socket.send(payload, port, "127.0.0.1");
      const [message] = (await once(socket, "message")) as [Buffer];
      return JSON.parse(message.toString()) as Status;
    };
    expect((await ask("ping 1")).echo).toBe("ping 1");
    expect((await ask('a"b\\c\nd\u00e9')).echo).toBe("a.b.c.d..");
    expect((await ask("x".repeat(200))).echo).toBe("x".repeat(64));
    socket.close();
  });

  it("serves others while one sends half lines or a flood", async () => {
    const slow = await open();
    await slow.next();
    slow.socket.write("half a li");
    const flood = await open();
    flood.socket.on("error", () => undefined);
    flood.socket.write(`${"y".repeat(100_000)}\n`);
    const client = await open();
    expect((await client.status()).bootId).not.toBe("");
    slow.socket.write("ne\n");
    expect((await slow.status()).bootId).not.toBe("");
    for (const { socket } of [slow, flood, client]) socket.destroy();
  });

  it("says what is wrong with its disk, and counts on", async () => {
    await stop();
    await start(join(data, "none"));
    const client = await open();
    expect((await client.status()).diskError).toContain("open");
    await sleep(250);
    client.socket.write("\n");
    expect((await client.status()).counter).toBeGreaterThan(0);
    client.socket.destroy();
  });
});
