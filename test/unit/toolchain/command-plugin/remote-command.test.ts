import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isSecret, type PropertyMap } from "../../../../provider/protocol/property-values";
import { freePort, prepareSshServer, type SshServer, startSshServer } from "../../provider/host/ssh-server";
import { testingProvider } from "./testing-provider";

const type = "command:remote:Command";
let server: SshServer;

beforeAll(async () => {
  server = await startSshServer();
});
afterAll(() => server.stop());

function connection(to: SshServer = server, more: PropertyMap = {}): PropertyMap {
  const { address, port, user, privateKey, hostKey } = to.connection;
  return { host: address, port, user, privateKey, hostKey, ...more };
}

describe("command:remote:Command", () => {
  it("creates, updates and deletes on the host", async () => {
    const { create, update, delete: remove } = testingProvider();
    const mark = join(server.folder, "deleted");
    const inputs = {
      connection: connection(),
      create: "cat; echo err >&2",
      update: "echo updated",
      delete: `touch ${mark}`,
      stdin: "hello",
    };
    const created = await create(type, inputs);
    const updated = await update(type, created, inputs);
    await remove(type, updated);

    expect(created).toMatchObject({ stdout: "hello", stderr: "err" });
    expect(isSecret(created.connection)).toBe(true);
    expect(updated).toMatchObject({ stdout: "updated", stderr: "" });
    expect(existsSync(mark)).toBe(true);
  });

  it("sends the environment that sshd accepts, and fails for the rest of it", async () => {
    const { create } = testingProvider();
    const inputs = { connection: connection(), create: 'echo "$LC_ONE"', environment: { LC_ONE: "1 one" } };

    expect((await create(type, inputs)).stdout).toBe("1 one");
    await expect(create(type, { ...inputs, environment: { LC_ONE: "1", OTHER: "2" } })).rejects.toThrow(
      /could not set environment variable "OTHER".*AcceptEnv/,
    );
  });

  it("fails with the exit status, the command and what it said", async () => {
    const { create, lines } = testingProvider();
    const failing = create(type, { connection: connection(), create: "echo out; echo err >&2; exit 4" });

    await expect(failing).rejects.toThrow(/exited with status 4: running "echo out/);
    expect(lines.sort()).toEqual(["err", "out"]);
  });

  it("runs more commands at once than sshd has sessions on one connection", async () => {
    const { create } = testingProvider();
    const count = Array.from({ length: 14 }, (_, index) => index);
    const all = await Promise.all(
      count.map((n) => create(type, { connection: connection(), create: `echo ${n} $SSH_CONNECTION` })),
    );

    const connections = new Set(all.map(({ stdout }) => String(stdout).replace(/^\d+ /, "")));
    expect(all.map(({ stdout }) => String(stdout).split(" ")[0])).toEqual(count.map(String));
    expect(connections.size).toBe(1);
  });

  it("waits for a host that is still booting, as often as it is told to", async () => {
    const { create, lines } = testingProvider();
    const booting = await prepareSshServer();
    const waiting = create(type, {
      connection: connection(booting, { dialErrorLimit: -1 }),
      create: "echo up",
    });
    setTimeout(() => void booting.start(), 800);

    expect((await waiting).stdout).toBe("up");
    expect(lines[0]).toMatch(/dial 1\/inf failed: .*ECONNREFUSED/);
    await booting.stop();
    const refused = connection(server, { port: await freePort(), dialErrorLimit: 1 });
    await expect(create(type, { connection: refused, create: "true" })).rejects.toThrow(
      /KVM-401.*2 attempts/s,
    );
  });

  it("dials again when the pooled connection has died meanwhile", async () => {
    const { create } = testingProvider();
    const rebooting = await startSshServer();
    const inputs = { connection: connection(rebooting), create: "echo $SSH_CONNECTION" };
    const before = (await create(type, inputs)).stdout;
    await rebooting.kill();
    await rebooting.start();
    const after = (await create(type, inputs)).stdout;
    await rebooting.stop();

    expect(after).not.toBe(before);
  });

  it("does not run a command twice when the connection breaks in the middle of it", async () => {
    const { create } = testingProvider();
    const doomed = await startSshServer();
    const log = join(doomed.folder, "runs");
    await create(type, { connection: connection(doomed), create: "true" });
    // The session's sshd is the command's parent.
    const running = create(type, {
      connection: connection(doomed),
      create: `echo run >> ${log}; kill -KILL $PPID; sleep 5`,
    });

    await expect(running).rejects.toThrow("KVM-404");
    expect(readFileSync(log, "utf8")).toBe("run\n");
    await doomed.stop();
  });

  it("stops the command on the host when the deployment is called off", async () => {
    const { create, provider, lines } = testingProvider();
    const mark = join(server.folder, "stopped");
    const running = create(type, {
      connection: connection(),
      create: `trap 'touch ${mark}; exit' TERM; echo running; sleep 20 & wait`,
    });
    while (!lines.includes("running")) await new Promise((resolve) => setTimeout(resolve, 20));
    provider.cancel();

    await expect(running).rejects.toThrow("called off");
    expect(existsSync(mark)).toBe(true);
  });

  it("refuses another host than the one it was told of", async () => {
    const { create } = testingProvider();
    const other = await prepareSshServer();
    const wrong = connection(server, { hostKey: other.connection.hostKey });
    await other.stop();

    await expect(create(type, { connection: wrong, create: "true" })).rejects.toThrow("KVM-402");
  });

  it("reaches a host through a jump host", async () => {
    const { create } = testingProvider();
    const behind = await startSshServer();
    const outs = await create(type, {
      connection: connection(behind, { proxy: connection() }),
      create: "echo $SSH_CONNECTION",
    });
    await behind.stop();

    expect(outs.stdout).toContain(` ${behind.connection.port}`);
  });
});
