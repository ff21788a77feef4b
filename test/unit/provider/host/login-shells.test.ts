import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HostPool } from "../../../../provider/host/host-pool";
import { shellCommand } from "../../../../provider/host/shell-quote";
import { loginShells, writeStartFile } from "./login-shells";
import { type SshServer, startSshServer, withLoginShell } from "./ssh-server";

const limits = { timeoutMs: 10_000, signal: new AbortController().signal };
const german = ["LC_ALL=de_DE.UTF-8", "LANGUAGE=de_DE", "PATH=/usr/bin:/bin"];
const values = [
  "it's",
  "a\nb",
  'back\\slash \\\\ \\\' "q"',
  "$HOME `id` !! %s",
  "客人 ışık",
  "-n",
  "[x] {a,b} *",
];
const print = shellCommand(["printf", "%s|", ...values]);
const printed = values.map((value) => `${value}|`).join("");

describe.each(loginShells)("a user whose login shell is $shell", (login) => {
  let server: SshServer;
  let pool: HostPool;
  beforeAll(async () => {
    server = await startSshServer(withLoginShell(login.shell, german));
    writeStartFile(server.folder, login);
    pool = new HostPool();
  });
  afterAll(async () => {
    pool.close();
    await server.stop();
  });

  test("has a command of sh carried out, and only what that prints is read", async () => {
    const heard: Record<"out" | "err", string[]> = { out: [], err: [] };
    const command = `for one in a b; do\n  echo "$one"; done\n${print}; echo err >&2; exit 3`;
    const result = await pool.run(server.connection, command, {
      ...limits,
      stdin: "not read\n",
      onStdout: (text) => void heard.out.push(text),
      onStderr: (text) => void heard.err.push(text),
    });
    expect(result).toMatchObject({ stdout: `a\nb\n${printed}`, stderr: "err\n", exitCode: 3 });
    expect(heard.out.join("")).toBe(result.stdout);
    expect(heard.err.join("")).toBe(result.stderr);
    expect((await pool.run(server.connection, "cat", { ...limits, stdin: printed })).stdout).toBe(printed);
  });

  test("has scripts carried out, by a shell for one and by one that is kept", async () => {
    const script = `printf '%s|' "$@"`;
    expect(await pool.script(server.connection, script, values, limits)).toMatchObject({
      stdout: printed,
      stderr: "",
    });
    const both = [values, ["again"]].map((args) => pool.shell(server.connection, script, args, limits));
    expect(await Promise.all(both)).toEqual([printed, "again|"]);
  });

  test("gives English, UTF-8 and the administrators' programs to all of them", async () => {
    const asked = 'echo "$LC_ALL,$LANGUAGE,$PATH"';
    const expected = "C.UTF-8,,/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin\n";
    expect((await pool.run(server.connection, asked, limits)).stdout).toBe(expected);
    expect((await pool.script(server.connection, asked, [], limits)).stdout).toBe(expected);
    expect(await pool.shell(server.connection, asked, [], limits)).toBe(expected);
  });

  test("has a command stopped with all that it started", async () => {
    const mark = join(server.folder, "stopped");
    const command = `trap 'touch ${mark}; exit 0' TERM\nsleep 30 & wait`;
    const running = pool.run(server.connection, command, { ...limits, timeoutMs: 5_000 });
    const error = {
      facts: expect.objectContaining({ code: "KVM-405", expected: expect.stringContaining(command) }),
    };
    await expect(running).rejects.toMatchObject(error);
    expect(existsSync(mark)).toBe(true);
  });
});

test("a login shell that lets nobody in says so by itself", async () => {
  const server = await startSshServer(["ForceCommand echo This account is not available.; exit 1"]);
  const pool = new HostPool();
  const heard: string[] = [];
  const onStdout = (text: string) => void heard.push(text);
  expect(await pool.run(server.connection, "true", { ...limits, onStdout })).toMatchObject({
    stdout: "This account is not available.\n",
    exitCode: 1,
  });
  expect(heard.join("")).toBe("This account is not available.\n");
  pool.close();
  await server.stop();
});
