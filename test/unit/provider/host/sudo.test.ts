import { existsSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { ProviderError } from "../../../../provider/errors/provider-error";
import { HostPool } from "../../../../provider/host/host-pool";
import type { SshServer } from "./ssh-server";
import { startSudoServer } from "./sudo-user";

const options = { timeoutMs: 15_000, signal: new AbortController().signal };
const allowed = "Defaults use_pty, env_reset\njohn.doe ALL=(root) NOPASSWD: ALL\n";
const opened: { server: SshServer; pool: HostPool }[] = [];

afterEach(async () => {
  for (const { server, pool } of opened.splice(0)) {
    pool.close();
    await server.stop();
  }
});

async function serverWith(rules: string) {
  const server = await startSudoServer(rules);
  const pool = new HostPool();
  opened.push({ server, pool });
  return { server, pool, host: { ...server.connection, sudo: true } };
}

async function refusal(rules: string): Promise<ProviderError> {
  const { pool, host } = await serverWith(rules);
  const started = performance.now();
  const error = await pool.run(host, "true", options).catch((reason: unknown) => reason);
  expect(performance.now() - started).toBeLessThan(10_000);
  if (error instanceof ProviderError) return error;
  throw new Error(`expected a ProviderError, got ${JSON.stringify(error)}`);
}

// Only root can give a server users and rules of its own.
describe.runIf(userInfo().uid === 0)("a user with sudo", () => {
  it("runs commands, scripts and kept shells as root, with input, output and exit code as they are", async () => {
    const { pool, host, server } = await serverWith(allowed);
    const plain = await pool.run({ ...host, sudo: false }, "id -un", options);
    const asRoot = await pool.run(host, 'id -un; echo "$HOME"; cat; exit 3', {
      ...options,
      stdin: "it's $in\n",
    });
    const long = await pool.run(host, "seq 1 200000", options);
    const script = await pool.script(host, 'printf "%s|" "$@"; id -u', ["a b", "c'd"], options);
    const environment = await pool.run(host, 'echo "$GIVEN"', { ...options, env: { GIVEN: "a 'b'" } });

    expect(plain.stdout).toBe("john.doe\n");
    expect(asRoot).toMatchObject({ stdout: "root\n/root\nit's $in\n", exitCode: 3 });
    expect(long.stdout.length).toBe(1_288_895);
    expect(script.stdout).toBe("a b|c'd|0\n");
    expect(environment.stdout).toBe("a 'b'\n");
    expect(await pool.shell(host, "id -un", [], options)).toBe("root\n");
    expect(server.connection.user).toBe("john.doe");
  });

  it("stops what runs too long as root", async () => {
    const { pool, host, server } = await serverWith(allowed);
    const mark = join(server.folder, "ended-by-signal");
    const command = `trap 'touch ${mark}; exit 0' TERM; sleep 30 & wait`;
    await expect(pool.run(host, command, { ...options, timeoutMs: 1_000 })).rejects.toMatchObject({
      facts: { code: "KVM-405" },
    });
    expect(existsSync(mark)).toBe(true);
  });

  it("is refused soon where sudo wants a password, an askpass program notwithstanding", async () => {
    const error = await refusal("Defaults askpass=/bin/true\njohn.doe ALL=(root) ALL\n");
    expect(error.facts).toMatchObject({
      code: "KVM-414",
      host: "kvm1",
      found: expect.stringContaining("password is required"),
      fix: expect.stringContaining("NOPASSWD"),
    });
  });

  it("is refused soon where sudo does not know the user, or knows it for another one only", async () => {
    const unknown = await refusal("root ALL=(ALL) ALL\n");
    const other = await refusal("john.doe ALL=(nobody) NOPASSWD: ALL\n");
    for (const { facts } of [unknown, other]) expect(facts.code).toBe("KVM-414");
  });
});
