import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import type { Client } from "ssh2";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { HostPool } from "../../../../provider/host/host-pool";
import { run } from "../../../../provider/host/remote-shell";
import { shellCommand } from "../../../../provider/host/shell-quote";
import { dial } from "../../../../provider/host/ssh-dial";
import { openTcp } from "../../../../provider/host/ssh-tunnel";
import { freePort, type SshServer, startSshServer } from "./ssh-server";

let server: SshServer;
let client: Client;
const quick = { timeoutMs: 10_000 };
const labError = (code: string) => expect.objectContaining({ facts: expect.objectContaining({ code }) });

beforeAll(async () => {
  server = await startSshServer(["AcceptEnv LAB_*"]);
  client = await dial(server.connection, { perDialTimeoutMs: 3_000, totalMs: 5_000 });
});
afterAll(async () => {
  client.end();
  await server.stop();
});

describe("run", () => {
  it("returns both outputs and the exit code, and throws for none of them", async () => {
    const result = await run(client, "echo out; echo err >&2; exit 3", quick);

    expect(result).toEqual({ stdout: "out\n", stderr: "err\n", exitCode: 3 });
  });

  it("gives standard input and closes it", async () => {
    expect((await run(client, "cat", { ...quick, stdin: "grüße\n" })).stdout).toBe("grüße\n");
    expect((await run(client, "cat", quick)).stdout).toBe("");
  });

  it("keeps standard input open for as long as a stream is", async () => {
    const stdin = new PassThrough();
    stdin.write("one\n");
    const onStdout = (text: string) => {
      if (text.includes("one")) stdin.end("two\n");
    };
    expect((await run(client, "cat", { ...quick, stdin, onStdout })).stdout).toBe("one\ntwo\n");
  });

  it("keeps every byte of a long output of a command that ends at once", async () => {
    const pieces: string[] = [];
    const result = await run(client, "seq 1 200000", { ...quick, onStdout: (text) => pieces.push(text) });

    expect(result.stdout.length).toBe(1_288_895);
    expect(result.stdout.endsWith("200000\n")).toBe(true);
    expect(pieces.join("")).toBe(result.stdout);
  });

  it("carries any value through the shell unharmed", async () => {
    const values = ["it's", "$HOME `id` $(id)", "a\nb", "", "*", "-n", 'back\\slash "q"'];
    const result = await run(client, shellCommand(["printf", "%s|", ...values]), quick);

    expect(result.stdout).toBe(values.map((value) => `${value}|`).join(""));
  });

  it("sets environment variables, whatever sshd accepts", async () => {
    const env = { PLAIN: "a 'b' $c", LAB_X: "x" };
    const asked = 'echo "$PLAIN,$LAB_X"';

    expect((await run(client, asked, { ...quick, env })).stdout).toBe("a 'b' $c,x\n");
    expect((await run(client, asked, { ...quick, sshEnv: env })).stdout).toBe(",x\n");
  });

  it("tells a signal from an exit code", async () => {
    const result = await run(client, "kill -KILL $$", quick);

    expect(result).toMatchObject({ exitCode: 137, signal: "SIGKILL" });
  });

  it("stops a command that takes too long, on the host too", async () => {
    const mark = join(server.folder, "ended-by-signal");
    const command = `trap 'touch ${mark}; exit 0' TERM; sleep 30 & wait`;

    await expect(run(client, command, { timeoutMs: 500 })).rejects.toEqual(labError("KVM-405"));
    expect(existsSync(mark)).toBe(true);
  });

  it("stops a command when told to, with the reason it was given and the signal it was asked for", async () => {
    const mark = join(server.folder, "interrupted");
    const stopping = new AbortController();
    const output: string[] = [];
    const running = run(client, `trap 'touch ${mark}; exit 0' INT; echo ready; sleep 30 & wait`, {
      ...quick,
      signal: stopping.signal,
      stop: { signal: "INT", graceMs: 5_000 },
      onStdout: (text) => {
        output.push(text);
        stopping.abort(new Error("Ctrl-C"));
      },
    });

    await expect(running).rejects.toThrow("Ctrl-C");
    expect(output.join("")).toBe("ready\n");
    expect(existsSync(mark)).toBe(true);
  });

  it("does not start a command that was called off before", async () => {
    const mark = join(server.folder, "never");
    const signal = AbortSignal.abort(new Error("too late"));

    await expect(run(client, shellCommand(["touch", mark]), { ...quick, signal })).rejects.toThrow(
      "too late",
    );
    expect(existsSync(mark)).toBe(false);
  });

  it("does not wait for a command that ignores the signal", async () => {
    const started = performance.now();
    const running = run(client, "trap '' TERM; sleep 18", {
      timeoutMs: 300,
      stop: { signal: "TERM", graceMs: 300 },
    });

    await expect(running).rejects.toEqual(labError("KVM-405"));
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it("runs more commands at once than sshd takes sessions on one connection", async () => {
    const numbers = Array.from({ length: 16 }, (_, index) => `${index}`);
    const results = await Promise.all(
      numbers.map((n) => run(client, `sleep 0.2; echo ${n}`, { timeoutMs: 18_000 })),
    );

    expect(results.map((result) => result.stdout.trim())).toEqual(numbers);
  });
});

describe("a connection that breaks", () => {
  let doomed: SshServer;
  afterEach(() => doomed.stop());

  it("fails the running command and every later one, naming the host", async () => {
    doomed = await startSshServer();
    const connection = await dial(doomed.connection, { perDialTimeoutMs: 3_000, totalMs: 5_000 });
    const running = run(connection, "sleep 20", quick);
    setTimeout(() => void doomed.kill(), 300);

    await expect(running).rejects.toEqual(labError("KVM-404"));
    await expect(run(connection, "true", quick)).rejects.toThrow(/sshd-under-test/);
  });
});

describe("openTcp", () => {
  it("reaches a port from the host", async () => {
    const echo = createServer((socket) => socket.end("hello from afar"));
    const port = await new Promise<number>((resolve) => {
      echo.listen(0, "127.0.0.1", () => {
        const address = echo.address();
        resolve(typeof address === "object" && address !== null ? address.port : 0);
      });
    });
    const stream = await openTcp(client, "127.0.0.1", port, { timeoutMs: 3_000 });
    const text = (await stream.toArray()).join("");
    echo.close();

    expect(text).toBe("hello from afar");
  });

  it("says who could not reach what", async () => {
    const port = await freePort();
    const opening = openTcp(client, "127.0.0.1", port, { timeoutMs: 3_000 });

    await expect(opening).rejects.toEqual(labError("KVM-407"));
  });

  it("names the setting of an sshd that forwards nothing", async () => {
    const closed = await startSshServer(["AllowTcpForwarding no"]);
    const there = await dial(closed.connection, { perDialTimeoutMs: 3_000, totalMs: 5_000 });
    const opening = openTcp(there, "127.0.0.1", server.connection.port, { timeoutMs: 3_000 });

    await expect(opening).rejects.toMatchObject({
      facts: { code: "KVM-413", fix: expect.stringContaining("AllowTcpForwarding") },
    });
    there.end();
    await closed.stop();
  });
});

describe("an sshd with another MaxSessions", () => {
  const host = (of: SshServer) => ({ ...of.connection, name: "kvm1" });
  const signal = new AbortController().signal;

  it("is refused by that setting's name, soon, where it takes one session only", async () => {
    const narrow = await startSshServer(["MaxSessions 1"]);
    const pool = new HostPool();
    // A shell that is kept: from now on each other command needs a second session.
    expect(await pool.shell(host(narrow), "echo kept", [], { ...quick, signal })).toBe("kept\n");
    const started = performance.now();
    await expect(pool.run(host(narrow), "true", { timeoutMs: 30_000, signal })).rejects.toMatchObject({
      facts: { code: "KVM-413", host: "kvm1", fix: expect.stringContaining("MaxSessions") },
    });
    expect(performance.now() - started).toBeLessThan(10_000);
    pool.close();
    await narrow.stop();
  });

  it("does with as many as are needed", async () => {
    const enough = await startSshServer(["MaxSessions 4"]);
    const pool = new HostPool();
    await pool.shell(host(enough), "true", [], { ...quick, signal });
    const ran = Array.from({ length: 8 }, () =>
      pool.run(host(enough), "sleep 0.1; echo ran", { ...quick, signal }),
    );
    expect((await Promise.all(ran)).map(({ stdout }) => stdout)).toEqual(ran.map(() => "ran\n"));
    pool.close();
    await enough.stop();
  });
});
