import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { EchoGuest } from "./echo-guest";

const script = readFileSync(join(__dirname, "../../../../provider/measure/observe.pl"));

interface Line {
  readonly t: number;
  readonly k: string;
  readonly [key: string]: unknown;
}

let guest: EchoGuest;
let port: number;
beforeEach(async () => {
  guest = new EchoGuest();
  port = await guest.start();
});
afterEach(() => guest.stop());

/** The observer as it is run over SSH: the script by standard input, which is then kept open. */
async function observe(limitSeconds: number, during: (input: NodeJS.WritableStream) => Promise<void>) {
  const observer = spawn("perl", ["-", "127.0.0.1", String(port), "10", "20", "50", String(limitSeconds)]);
  observer.stdin.on("error", () => {});
  observer.stdin.write(script);
  const [out, complaint, code] = await Promise.all([
    text(observer.stdout),
    text(observer.stderr),
    new Promise((resolve) => observer.once("close", resolve)),
    during(observer.stdin),
  ]);
  expect(complaint).toBe("");
  expect(code).toBe(0);
  expect(out.endsWith("\n")).toBe(true);
  const lines = out
    .trimEnd()
    .split("\n")
    .map((line): Line => JSON.parse(line));
  return { lines, of: (kind: string) => lines.filter(({ k }) => k === kind) };
}

describe("the observer's script", () => {
  test("numbers its probes, and tells of each answer what the guest said of itself", async () => {
    guest.drop = (number) => number % 5 === 4;
    guest.twice = (number) => number === 3;
    const { lines, of } = await observe(30, async (input) => {
      await sleep(400);
      input.write("one\ntwo\n");
      await sleep(600);
      input.end();
    });
    expect(lines[0]).toMatchObject({ k: "start", interval: 10, rate: 50 });
    expect(lines.at(-1)?.k).toBe("end");
    for (const { t } of lines) expect(Number.isInteger(t)).toBe(true);
    expect(of("sent").map(({ n }) => n)).toEqual(of("sent").map((_, index) => index));
    const sentAt = new Map(of("sent").map(({ n, t }) => [n, t]));
    const got = of("got");
    expect(got.length).toBeGreaterThan(3);
    for (const { n, t, uptime, counter } of got) {
      expect(Number(n) % 5).not.toBe(4);
      expect(t).toBeGreaterThanOrEqual(sentAt.get(n) ?? Number.NaN);
      expect(uptime).toEqual(expect.any(Number));
      expect(counter).toEqual(expect.any(Number));
    }
    expect(got.filter(({ n }) => n === 3)).toHaveLength(2);
    expect(got.filter(({ boot }) => boot !== undefined)).toEqual([
      expect.objectContaining({ boot: "a-boot" }),
    ]);
    expect(of("pong").map(({ w }) => w)).toEqual(["one", "two"]);
    expect(of("tcp")[0]).toMatchObject({ is: "connected" });
    expect(of("req").length).toBeGreaterThan(2);
    for (const { ms } of of("req")) expect(ms).toBeGreaterThan(0);
  });

  test("pings the guest beside that, or says why it may not", async () => {
    const { of } = await observe(30, async (input) => {
      await sleep(400);
      input.end();
    });
    if (of("pingless").length > 0)
      expect(of("pingless")).toEqual([expect.objectContaining({ why: expect.any(String) })]);
    else
      expect(
        of("echo")
          .map(({ n }) => n)
          .slice(0, 5),
      ).toEqual([0, 1, 2, 3, 4]);
  });

  test("asks a neighbour of the guest too, when it is told of one, and says when there is no such host", async () => {
    const neighbour = new EchoGuest();
    const itsPort = await neighbour.start();
    const { of } = await observe(30, async (input) => {
      await sleep(200);
      input.write(`neighbour localhost ${itsPort}\nneighbour no-such-host.invalid 7\n`);
      await vi.waitUntil(() => neighbour.connections === 1, 10_000);
      await sleep(400);
      input.end();
    });
    neighbour.stop();
    const whose = new Set(of("req").map((line) => line.of));
    expect(whose).toEqual(new Set([undefined, "neighbour"]));
    expect(of("tcp")).toContainEqual(
      expect.objectContaining({ of: "neighbour", why: "no-such-host.invalid: no such address" }),
    );
    expect(of("pong")).toEqual([]);
  });

  test("connects again when its connection is lost", async () => {
    const { of } = await observe(30, async (input) => {
      await vi.waitUntil(() => guest.connections === 1, 10_000);
      await sleep(100);
      guest.hangUp();
      await vi.waitUntil(() => guest.connections === 2, 10_000);
      await sleep(100);
      input.end();
    });
    expect(of("tcp").map(({ is }) => is)).toEqual(["connected", "lost", "connected"]);
  });

  test("ends by itself when its time is up", async () => {
    const { of } = await observe(1, async () => {});
    expect(of("end")).toHaveLength(1);
  });
});
