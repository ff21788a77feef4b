import { execFileSync } from "node:child_process";
import { appendFileSync, copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client } from "ssh2";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ProviderError } from "../../../../provider/errors/provider-error";
import { dialHost } from "../../../../provider/host/dial-host";
import type { HostConnection } from "../../../../provider/host/host-connection";
import { run } from "../../../../provider/host/remote-shell";
import { type SshAgent, startSshAgent } from "./ssh-agent";
import { type SshServer, startSshServer } from "./ssh-server";

const limits = { perDialTimeoutMs: 10_000, totalMs: 15_000, firstPauseMs: 20 };
const open: Client[] = [];
let server: SshServer;
let agent: SshAgent;
let scratch: string;
/** The server without any way to log in. */
let bare: HostConnection;

beforeAll(async () => {
  server = await startSshServer();
  scratch = mkdtempSync(join(tmpdir(), "lab-login-test-"));
  agent = await startSshAgent(scratch);
  agent.add(join(server.folder, "user"));
  const { privateKey: _, ...rest } = server.connection;
  bare = rest;
});
afterEach(() => {
  for (const client of open.splice(0)) client.end();
});
afterAll(async () => {
  agent.stop();
  await server.stop();
  rmSync(scratch, { recursive: true, force: true });
});

async function whoAnswers(host: HostConnection): Promise<string> {
  const client = await dialHost(host, limits);
  open.push(client);
  return (await run(client, "id -un", { timeoutMs: 15_000 })).stdout.trim();
}

/** What it is told, and that it is told soon. */
async function refusal(host: HostConnection): Promise<ProviderError> {
  const started = performance.now();
  const error = await whoAnswers(host).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(performance.now() - started).toBeLessThan(10_000);
  if (error instanceof ProviderError) return error;
  throw new Error(`expected a ProviderError, got ${String(error)}`);
}

/** A copy of the user's key, encrypted. */
function encrypted(name: string, format: readonly string[] = []): string {
  const file = join(scratch, name);
  copyFileSync(join(server.folder, "user"), file);
  execFileSync("ssh-keygen", ["-q", "-p", "-P", "", "-N", "open sesame", ...format, "-f", file]);
  return file;
}

function newKey(name: string): string {
  const file = join(scratch, name);
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", file]);
  return file;
}

describe("a host is logged in to", () => {
  it("with the keys of the agent that it names", async () => {
    expect(await whoAnswers({ ...bare, agent: agent.socket })).toBe(bare.user);
  });

  it("with the keys of the agent that the environment names", async () => {
    const before = process.env.SSH_AUTH_SOCK;
    process.env.SSH_AUTH_SOCK = agent.socket;
    try {
      expect(await whoAnswers(bare)).toBe(bare.user);
    } finally {
      if (before === undefined) delete process.env.SSH_AUTH_SOCK;
      else process.env.SSH_AUTH_SOCK = before;
    }
  });

  it("with a key file, which is read at each connection", async () => {
    const file = newKey("replaced");
    expect((await refusal({ ...bare, privateKeyFile: file })).facts.code).toBe("KVM-403");
    copyFileSync(join(server.folder, "user"), file);
    expect(await whoAnswers({ ...bare, privateKeyFile: file })).toBe(bare.user);
  });

  it("with an encrypted key file and its passphrase", async () => {
    const privateKeyFile = encrypted("with-passphrase");
    expect(await whoAnswers({ ...bare, privateKeyFile, passphrase: "open sesame" })).toBe(bare.user);
  });

  it("with an encrypted key file that the agent has opened, and no other key of the agent", async () => {
    const crowded = await startSshAgent(mkdtempSync(join(scratch, "crowded-")));
    // More than sshd's MaxAuthTries.
    for (let number = 0; number < 7; number++) crowded.add(newKey(`other-${number}`));
    crowded.add(join(server.folder, "user"));
    const privateKeyFile = encrypted("in-agent");

    expect(await whoAnswers({ ...bare, privateKeyFile, agent: crowded.socket })).toBe(bare.user);
    expect((await refusal({ ...bare, agent: crowded.socket })).facts).toMatchObject({
      code: "KVM-403",
      found: expect.stringContaining("MaxAuthTries"),
    });
    crowded.stop();
  });

  it("with an encrypted key file in PEM, by the public key next to it", async () => {
    const file = join(scratch, "pem");
    execFileSync("ssh-keygen", ["-q", "-t", "ecdsa", "-m", "PEM", "-N", "", "-C", "", "-f", file]);
    appendFileSync(join(server.folder, "user.pub"), readFileSync(`${file}.pub`));
    agent.add(file);
    execFileSync("ssh-keygen", ["-q", "-p", "-m", "PEM", "-P", "", "-N", "open sesame", "-f", file]);
    expect(readFileSync(file, "utf8")).toContain("ENCRYPTED");
    const { user } = server.connection;
    expect(await whoAnswers({ ...bare, privateKeyFile: file, agent: agent.socket })).toBe(user);
    expect(await whoAnswers({ ...bare, privateKeyFile: file, passphrase: "open sesame" })).toBe(user);
  });

  it("with an encrypted text of a key that the agent has opened", async () => {
    const privateKey = readFileSync(encrypted("as-text"), "utf8");
    expect(await whoAnswers({ ...bare, privateKey, agent: agent.socket })).toBe(bare.user);
  });
});

describe("what cannot work is told", () => {
  it("where no agent is named, none answers, or it has no key", async () => {
    const nobody = join(scratch, "nobody.socket");
    const empty = await startSshAgent(mkdtempSync(join(scratch, "empty-")));
    const [gone, keyless] = [
      await refusal({ ...bare, agent: nobody }),
      await refusal({ ...bare, agent: empty.socket }),
    ];
    empty.stop();

    expect(gone.facts).toMatchObject({ code: "KVM-410", found: expect.stringContaining(nobody) });
    expect(keyless.facts).toMatchObject({
      code: "KVM-410",
      found: expect.stringContaining("offers no key"),
    });
  });

  it("where a key file is not there, is no key, or has another passphrase", async () => {
    const missing = await refusal({ ...bare, privateKeyFile: join(scratch, "missing") });
    const wrong = await refusal({ ...bare, privateKeyFile: join(server.folder, "host.pub") });
    const passphrase = "another";
    const locked = await refusal({ ...bare, privateKeyFile: encrypted("locked"), passphrase });

    expect(missing.facts).toMatchObject({
      code: "KVM-406",
      expected: expect.stringContaining("privateKeyFile"),
    });
    expect(wrong.facts).toMatchObject({ code: "KVM-406", found: expect.stringContaining("public key") });
    expect(locked.facts).toMatchObject({ code: "KVM-406", found: expect.stringContaining("passphrase") });
  });

  it("where an encrypted key has neither a passphrase nor an agent that has it", async () => {
    const lonely = newKey("lonely");
    execFileSync("ssh-keygen", ["-q", "-p", "-P", "", "-N", "open sesame", "-f", lonely]);
    const stranger = await refusal({ ...bare, privateKeyFile: lonely, agent: agent.socket });
    const socket = join(scratch, "nobody.socket");
    const alone = await refusal({ ...bare, privateKeyFile: lonely, agent: socket });

    expect(stranger.facts).toMatchObject({
      code: "KVM-406",
      found: expect.stringMatching(/without a passphrase.*does not have it/),
    });
    expect(alone.facts).toMatchObject({
      code: "KVM-406",
      found: expect.stringMatching(/without a passphrase.*no agent answers/),
    });
  });

  it("where sshd takes certificates and no keys", async () => {
    const authority = newKey("authority");
    const key = newKey("certified");
    const { user } = server.connection;
    execFileSync("ssh-keygen", ["-q", "-s", authority, "-I", "test", "-n", user, `${key}.pub`]);
    const strict = await startSshServer([`TrustedUserCAKeys ${authority}.pub`]);
    const to: HostConnection = { ...bare, port: strict.connection.port, hostKey: strict.connection.hostKey };
    const certified = await startSshAgent(mkdtempSync(join(scratch, "certified-")));
    certified.add(key);
    // OpenSSH itself logs in, so it is for the certificate alone that the others do not.
    const options = ["BatchMode=yes", "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null"];
    const ssh = ["-F", "none", "-i", key, ...options.flatMap((option) => ["-o", option])];
    const said = execFileSync("ssh", [...ssh, "-p", String(to.port), `${user}@${to.address}`, "id -un"], {
      stdio: "pipe",
    });
    const [byFile, byAgent] = [
      await refusal({ ...to, privateKeyFile: key }),
      await refusal({ ...to, agent: certified.socket }),
    ];
    certified.stop();
    await strict.stop();

    expect(said.toString().trim()).toBe(user);
    expect(byFile.facts).toMatchObject({
      code: "KVM-403",
      found: expect.stringContaining("CertificateFile"),
    });
    expect(byAgent.facts.code).toBe("KVM-403");
  });

  it("with the settings of sshd that refuse root", async () => {
    const strict = await startSshServer(["PermitRootLogin no", "DenyUsers *"]);
    const error = await refusal({ ...strict.connection, user: "root" });
    await strict.stop();

    expect(error.facts).toMatchObject({
      code: "KVM-403",
      fix: expect.stringContaining("PermitRootLogin"),
    });
  });
});
