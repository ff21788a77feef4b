import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { HostPool } from "../../../../provider/host/host-pool";
import { Observer } from "../../../../provider/measure/observer";
import { parseSamples } from "../../../../provider/measure/sample";
import { type SshServer, startSshServer } from "../host/ssh-server";
import { EchoGuest } from "./echo-guest";

const guest = new EchoGuest();
const pool = new HostPool();
let server: SshServer;
let port: number;
beforeAll(async () => {
  [server, port] = await Promise.all([startSshServer([]), guest.start()]);
});
afterAll(async () => {
  pool.close();
  guest.stop();
  await server.stop();
});

test("an observer over SSH answers at once, and ends when it is told to", async () => {
  const observer = new Observer({
    pool,
    host: server.connection,
    probe: { address: "127.0.0.1", port },
    intervalMs: 10,
    pingIntervalMs: 0,
    requestsPerSecond: 50,
    limitSeconds: 60,
  });
  await observer.ready;
  observer.ping();
  await sleep(500);
  await observer.end();
  expect(observer.broken).toBeUndefined();
  const { samples, spoiltLines } = parseSamples(observer.lines.join("\n"));
  expect(spoiltLines).toBe(0);
  const kinds = new Set(samples.map(({ k }) => k));
  for (const kind of ["start", "sent", "got", "req", "pong", "link", "end"]) expect(kinds).toContain(kind);
});
