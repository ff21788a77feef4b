import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client } from "ssh2";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ProviderError } from "../../../../provider/errors/provider-error";
import { dialHost } from "../../../../provider/host/dial-host";
import type { HostConnection } from "../../../../provider/host/host-connection";
import { run } from "../../../../provider/host/remote-shell";
import { type SshAgent, startSshAgent } from "./ssh-agent";
import { prepareSshServer, type SshServer, startSshServer } from "./ssh-server";

const limits = { perDialTimeoutMs: 10_000, totalMs: 15_000, firstPauseMs: 50 };
const open: Client[] = [];
let server: SshServer;
let jump: SshServer;
let scratch: string;
let agent: SshAgent;

beforeAll(async () => {
  server = await startSshServer(["ListenAddress ::1"]);
  jump = await startSshServer();
  scratch = mkdtempSync(join(tmpdir(), "lab-route-test-"));
  agent = await startSshAgent(scratch);
});
afterEach(() => {
  for (const client of open.splice(0)) client.end();
});
afterAll(async () => {
  agent.stop();
  await server.stop();
  await jump.stop();
  rmSync(scratch, { recursive: true, force: true });
});

async function dialled(host: Partial<HostConnection>): Promise<Client> {
  const client = await dialHost({ name: "kvm1", address: "web", sshConfig: true, ...host }, limits);
  open.push(client);
  return client;
}

async function answer(host: Partial<HostConnection>, command = "id -un"): Promise<string> {
  return (await run(await dialled(host), command, { timeoutMs: 15_000 })).stdout.trim();
}

async function refusal(host: Partial<HostConnection>): Promise<ProviderError> {
  const started = performance.now();
  const error = await dialled(host).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(performance.now() - started).toBeLessThan(10_000);
  if (error instanceof ProviderError) return error;
  throw new Error(`expected a ProviderError, got ${String(error)}`);
}

const reachedPort = "set -- $SSH_CONNECTION; echo $4";
const portOf = ({ connection }: SshServer) => String(connection.port);

let files = 0;
function written(text: string): string {
  const file = join(scratch, `file-${files++}`);
  writeFileSync(file, text);
  return file;
}

/** A known_hosts file with these servers' keys, by the names that OpenSSH gives them; the names hashed. */
function known(...names: readonly (readonly [string, SshServer])[]): string {
  const file = written(names.map(([name, { connection }]) => `${name} ${connection.hostKey}\n`).join(""));
  execFileSync("ssh-keygen", ["-H", "-f", file], { stdio: "pipe" });
  return file;
}

const entry = (name: string, at: SshServer, ...more: readonly string[]) =>
  [
    `Host ${name}`,
    ` HostName 127.0.0.1`,
    ` Port ${at.connection.port}`,
    ` User ${at.connection.user}`,
    ` IdentityFile ${at.folder}/user`,
    ` IdentityAgent none`,
    ...more.map((line) => ` ${line}`),
    "",
  ].join("\n");

const nameOf = ({ connection }: SshServer, address = "127.0.0.1") => `[${address}]:${connection.port}`;

describe("an alias of OpenSSH's configuration", () => {
  it("gives all that is left out: an IPv6 address, port, user, key file and hashed known_hosts", async () => {
    const hosts = known([nameOf(server, "::1"), server]);
    const config = entry("web", server, `UserKnownHostsFile ${hosts}`).replace("127.0.0.1", "::1");
    const said = await answer({ sshConfig: written(config) }, "id -un; echo $SSH_CONNECTION");
    expect(said).toMatch(new RegExp(`^${server.connection.user}\n::1 \\d+ ::1 ${server.connection.port}$`));
  });

  it("yields to what the host itself gives", async () => {
    const { user, port, privateKey, hostKey } = server.connection;
    const config = `Host web\n HostName 127.0.0.1\n Port 1\n User nobody-here\n`;
    expect(await answer({ user, port, privateKey, hostKey, sshConfig: written(config) })).toBe(user);
  });

  it("opens an encrypted identity file by the agent, or by the passphrase", async () => {
    const key = join(scratch, "encrypted");
    copyFileSync(join(server.folder, "user"), key);
    agent.add(key);
    execFileSync("ssh-keygen", ["-q", "-p", "-P", "", "-N", "open sesame", "-f", key]);
    const hosts = `UserKnownHostsFile ${known(["web-key", server])}`;
    const common = entry("web", server, hosts, "HostKeyAlias web-key", "IdentitiesOnly yes").replace(
      `${server.folder}/user`,
      key,
    );
    const byAgent = written(common.replace("IdentityAgent none", `IdentityAgent ${agent.socket}`));
    const alone = written(common);

    expect(await answer({ sshConfig: byAgent })).toBe(server.connection.user);
    expect(await answer({ sshConfig: alone, passphrase: "open sesame" })).toBe(server.connection.user);
    expect((await refusal({ sshConfig: alone })).facts).toMatchObject({
      code: "KVM-406",
      found: expect.stringContaining(`${key} is encrypted`),
    });
  });

  it("is refused without a known key, with another one, or with a revoked one", async () => {
    const config = (hosts: string) =>
      written(entry("web", server, `UserKnownHostsFile ${hosts}`, "GlobalKnownHostsFile none"));
    const name = nameOf(server);
    const [unknown, wrong, revoked] = [
      await refusal({ sshConfig: config(known(["elsewhere", server])) }),
      await refusal({ sshConfig: config(known([name, jump])) }),
      await refusal({
        sshConfig: config(
          written(`${name} ${server.connection.hostKey}\n@revoked ${name} ${server.connection.hostKey}\n`),
        ),
      }),
    ];
    expect(unknown.facts).toMatchObject({ code: "KVM-411", expected: expect.stringContaining(name) });
    expect(wrong.facts.code).toBe("KVM-402");
    expect(revoked.facts.code).toBe("KVM-411");
  });

  it("is refused where OpenSSH refuses the configuration, or it is not there", async () => {
    const broken = await refusal({ sshConfig: written("Bogus yes\n") });
    const missing = await refusal({ sshConfig: join(scratch, "missing") });
    expect(broken.facts).toMatchObject({ code: "KVM-412", found: expect.stringMatching(/bogus/i) });
    expect(missing.facts.code).toBe("KVM-412");
  });
});

it("a host without a hostKey and without sshConfig must be in known_hosts", async () => {
  const { user, port, privateKey } = server.connection;
  const error = await refusal({ address: "::1", user, port, privateKey, sshConfig: false });
  expect(error.facts).toMatchObject({ code: "KVM-411", expected: expect.stringContaining(`[::1]:${port}`) });
});

describe("a jump host", () => {
  const both = () =>
    `UserKnownHostsFile ${known([nameOf(server), server], [nameOf(jump), jump], ["inner", server])}`;

  it("leads to the host, each with its own key, user and host key", async () => {
    const hosts = both();
    const config = entry("web", server, hosts, "ProxyJump gate") + entry("gate", jump, hosts);
    expect(await answer({ sshConfig: written(config) }, reachedPort)).toBe(portOf(server));
  });

  it("may be several, given in a list or each by the one before", async () => {
    const hosts = both();
    const gates = entry("gate1", jump, hosts) + entry("gate2", server, hosts);
    const listed = entry("web", jump, hosts, "ProxyJump gate1,gate2") + gates;
    const chained =
      entry("web", jump, hosts, "ProxyJump gate2") + entry("gate2", server, hosts, "ProxyJump gate1") + gates;
    for (const config of [listed, chained])
      expect(await answer({ sshConfig: written(config) }, reachedPort)).toBe(portOf(jump));
  });

  it("that shows another host key ends the way, by its name", async () => {
    const hosts = `UserKnownHostsFile ${known([nameOf(server), server], [nameOf(jump), server])}`;
    const config = entry("web", server, hosts, "ProxyJump gate") + entry("gate", jump, hosts);
    const error = await refusal({ sshConfig: written(config) });
    expect(error.facts).toMatchObject({ code: "KVM-402", host: "gate" });
  });

  it("that forwards nothing is told with the setting's name", async () => {
    const closed = await startSshServer(["AllowTcpForwarding no"]);
    const hosts = `UserKnownHostsFile ${known([nameOf(server), server], [nameOf(closed), closed])}`;
    const config = entry("web", server, hosts, "ProxyJump gate") + entry("gate", closed, hosts);
    const error = await refusal({ sshConfig: written(config) });
    await closed.stop();
    expect(error.facts).toMatchObject({
      code: "KVM-413",
      host: "gate",
      fix: expect.stringContaining("AllowTcpForwarding"),
    });
  });

  it("waits for a host that is still booting", async () => {
    const booting = await prepareSshServer();
    const hosts = `UserKnownHostsFile ${known([nameOf(booting), booting], [nameOf(jump), jump])}`;
    const config = entry("web", booting, hosts, "ProxyJump gate") + entry("gate", jump, hosts);
    setTimeout(() => void booting.start(), 1_000);
    expect(await answer({ sshConfig: written(config) }, reachedPort)).toBe(portOf(booting));
    await booting.stop();
  });

  it("that leads in a circle is refused, and one that is the host itself is left out", async () => {
    const hosts = both();
    const circle =
      entry("web", server, hosts, "ProxyJump gate") + entry("gate", jump, hosts, "ProxyJump web");
    expect((await refusal({ sshConfig: written(circle) })).facts).toMatchObject({
      code: "KVM-412",
      found: expect.stringContaining("circle"),
    });
    const all = `Host *\n ProxyJump web\n${entry("web", server, hosts)}`;
    expect(await answer({ sshConfig: written(all) }, reachedPort)).toBe(portOf(server));
  });
});

describe("a ProxyCommand", () => {
  const command = `'${process.execPath}' -e 'const to = require("net").connect(process.argv[2], process.argv[1]); process.stdin.pipe(to).pipe(process.stdout)' PLACE`;

  it("leads to the host", async () => {
    const hosts = `UserKnownHostsFile ${known([nameOf(server), server])}`;
    const config = entry("web", server, hosts, `ProxyCommand ${command.replace("PLACE", "%h %p")}`);
    expect(await answer({ sshConfig: written(config) }, reachedPort)).toBe(portOf(server));
  });

  it("that is not there, or has a token that is not known, is refused", async () => {
    const hosts = `UserKnownHostsFile ${known([nameOf(server), server])}`;
    const config = (line: string) => written(entry("web", server, hosts, `ProxyCommand ${line}`));
    const [missing, token] = [
      await refusal({ sshConfig: config("/no/such/program %h") }),
      await refusal({ sshConfig: config("nc %C") }),
    ];
    expect(missing.facts).toMatchObject({ code: "KVM-412", found: expect.stringContaining("127") });
    expect(token.facts).toMatchObject({ code: "KVM-412", found: expect.stringContaining("%C") });
  });
});

it("a server that takes 6 s for a login is only slow", async () => {
  const slow = await slowWayTo(server, 6_000);
  const { user, privateKey, hostKey } = server.connection;
  const to = { address: "127.0.0.1", port: slow.port, user, privateKey, hostKey, sshConfig: false };
  expect(await answer(to)).toBe(user);
  slow.listener.close();
});

/** As sshd with UseDNS and a name server that does not answer: the greeting comes at once, the rest late. */
function slowWayTo(to: SshServer, delayMs: number): Promise<{ listener: Server; port: number }> {
  const listener = createServer((near) => {
    const far = connect(to.connection.port, "127.0.0.1");
    near.pipe(far);
    far.once("data", (greeting) => {
      near.write(greeting);
      far.pause();
      setTimeout(() => far.pipe(near), delayMs);
    });
    for (const socket of [near, far]) socket.on("error", () => {});
    near.on("close", () => far.destroy());
  });
  return new Promise((resolve) => {
    listener.listen(0, "127.0.0.1", () => {
      const address = listener.address();
      resolve({ listener, port: typeof address === "object" && address !== null ? address.port : 0 });
    });
  });
}
