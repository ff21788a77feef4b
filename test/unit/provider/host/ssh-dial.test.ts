import { createServer, type Server } from "node:net";
import type { Client } from "ssh2";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ProviderError } from "../../../../provider/errors/provider-error";
import { run } from "../../../../provider/host/remote-shell";
import { dial } from "../../../../provider/host/ssh-dial";
import { freePort, prepareSshServer, type SshServer, startSshServer } from "./ssh-server";

// Wide: a busy machine is slow, and a test that waits for no limit ends long before.
const quick = { perDialTimeoutMs: 10_000, totalMs: 15_000 };
let server: SshServer;
const open: Client[] = [];

beforeAll(async () => {
  server = await startSshServer();
});
afterEach(() => {
  for (const client of open.splice(0)) client.end();
});
afterAll(() => server.stop());

async function dialled(...args: Parameters<typeof dial>): Promise<Client> {
  const client = await dial(...args);
  open.push(client);
  return client;
}

async function failure(promise: Promise<unknown>): Promise<ProviderError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof ProviderError) return error;
  throw new Error(`expected a ProviderError, got ${String(error)}`);
}

describe("dial", () => {
  it("logs in with the known host key, whole or as its base64 part", async () => {
    const whole = await dialled(server.connection, quick);
    const part = server.connection.hostKey.split(" ")[1];
    await dialled({ ...server.connection, hostKey: part ?? "" }, quick);

    expect((await run(whole, "echo here", { timeoutMs: 15_000 })).stdout).toBe("here\n");
  });

  it("gives up at once on another host key, and sends no login", async () => {
    const other = await prepareSshServer();
    const started = performance.now();
    const error = await failure(dial({ ...server.connection, hostKey: other.connection.hostKey }, quick));
    await other.stop();

    expect(error.facts.code).toBe("KVM-402");
    expect(error.facts.expected).toContain("SHA256:");
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it("gives up at once on a host without a key of the known kind", async () => {
    const ecdsa =
      "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBEmKSENjQEezOmxkZMy7opKgwFB9nkt5YRrYMjNuG5N87uRgg6CLrbo5wAdT/y6v0mKV0U2w0WZ2YB/++Tpockg=";
    const error = await failure(dial({ ...server.connection, hostKey: ecdsa }, quick));

    expect(error.facts.code).toBe("KVM-402");
  });

  it("names an unusable key instead of trying it", async () => {
    const privateKey = await failure(dial({ ...server.connection, privateKey: "no key" }, quick));
    const hostKey = await failure(dial({ ...server.connection, hostKey: "ssh-ed25519 nonsense" }, quick));

    expect(privateKey.facts.code).toBe("KVM-406");
    expect(hostKey.facts.code).toBe("KVM-406");
  });

  it("tries a refused login only a few times", async () => {
    let retries = 0;
    const limits = { ...quick, firstPauseMs: 20, onRetry: () => retries++ };
    const error = await failure(dial({ ...server.connection, privateKey: server.strangersKey }, limits));

    expect(error.facts.code).toBe("KVM-403");
    expect(error.message).toContain("3 attempts");
    expect(retries).toBe(2);
  });

  it("keeps trying a refused port until the host is up", async () => {
    const booting = await prepareSshServer();
    const dialling = dialled(booting.connection, { ...quick, totalMs: 15_000, firstPauseMs: 100 });
    setTimeout(() => void booting.start(), 700);
    const client = await dialling;

    expect((await run(client, "exit 7", { timeoutMs: 15_000 })).exitCode).toBe(7);
    await booting.stop();
  });

  it("says after the last attempt where it tried, how often and what came back", async () => {
    const to = { ...server.connection, port: await freePort() };
    const error = await failure(dial(to, { ...quick, attempts: 3, firstPauseMs: 20 }));

    expect(error.facts.code).toBe("KVM-401");
    expect(error.facts.found).toMatch(/ECONNREFUSED.*3 attempts/);
    expect(error.facts.expected).toContain(`127.0.0.1 port ${to.port}`);
  });

  it("does not wait longer than allowed for a port that accepts and keeps silent", async () => {
    const silent = await listen(createServer(() => {}));
    const started = performance.now();
    const error = await failure(
      dial({ ...server.connection, port: silent.port }, { perDialTimeoutMs: 300, totalMs: 1_000 }),
    );
    silent.server.close();

    expect(error.facts.found).toContain("said nothing");
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it("retries a port that hangs up, as a forwarder does while its machine boots", async () => {
    const hangingUp = await listen(createServer((socket) => socket.destroy()));
    const error = await failure(
      dial({ ...server.connection, port: hangingUp.port }, { ...quick, attempts: 2, firstPauseMs: 20 }),
    );
    hangingUp.server.close();

    expect(error.facts.code).toBe("KVM-401");
    expect(error.facts.found).toContain("2 attempts");
  });

  it("stops when told to", async () => {
    const to = { ...server.connection, port: await freePort() };
    const dialling = dial(to, { ...quick, totalMs: 60_000 }, AbortSignal.timeout(300));

    await expect(dialling).rejects.toThrow(/timeout/);
  });
});

function listen(listener: Server): Promise<{ server: Server; port: number }> {
  return new Promise((resolve) => {
    listener.listen(0, "127.0.0.1", () => {
      const address = listener.address();
      resolve({ server: listener, port: typeof address === "object" && address !== null ? address.port : 0 });
    });
  });
}
