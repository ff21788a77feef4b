import { afterAll, beforeAll, expect, test } from "vitest";
import { waitForProbe } from "../../../../provider/guest/wait-for-probe";
import { HostPool } from "../../../../provider/host/host-pool";
import { EngineLog } from "../../../../provider/protocol/engine-log";
import { freePort, type SshServer, startSshServer } from "../host/ssh-server";

const urn = "urn:pulumi:dev::lab::kvmlab:index:Guest::guest";
let closed: SshServer;
const pool = new HostPool();

beforeAll(async () => {
  closed = await startSshServer(["AllowTcpForwarding no"]);
});
afterAll(async () => {
  pool.close();
  await closed.stop();
});

test("an observer that forwards nothing is told by that setting at once, not when the guest's time is up", async () => {
  const observer = { ...closed.connection, name: "nfs" };
  const probe = { address: "127.0.0.1", port: await freePort() };
  const log = new EngineLog().forResource(urn);
  const signal = new AbortController().signal;
  const started = performance.now();
  const waiting = waitForProbe({ name: "guest", observer, probe, readyTimeoutSeconds: 120 }, observer, {
    pool,
    signal,
    log,
  });
  await expect(waiting).rejects.toMatchObject({
    facts: { code: "KVM-413", host: "nfs", fix: expect.stringContaining("AllowTcpForwarding") },
  });
  expect(performance.now() - started).toBeLessThan(10_000);
});
