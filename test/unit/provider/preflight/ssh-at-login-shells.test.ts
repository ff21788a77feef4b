import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseBandwidth, sendSome } from "../../../../provider/forecast/measure-bandwidth";
import { sectionsOf } from "../../../../provider/host/sections";
import { parseSsh } from "../../../../provider/preflight/facts/reach-facts";
import { trySsh } from "../../../../provider/preflight/inspection-scripts";
import { loginShells, writeStartFile } from "../host/login-shells";
import { type SshServer, startSshServer, withLoginShell } from "../host/ssh-server";

const bootId = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();

/** This machine is the source; its ssh knows the server under test as `target`. */
function sourceOf({ folder, connection }: SshServer, key = join(folder, "user")): string {
  const programs = join(folder, "source");
  const [type, base64] = (connection.hostKey ?? "").split(" ");
  mkdirSync(programs);
  writeFileSync(join(programs, "known"), `target ${type} ${base64}\n`);
  const settings = [
    ...["Host target", "HostName 127.0.0.1", "HostKeyAlias target", `Port ${connection.port}`],
    ...[`User ${connection.user}`, `IdentityFile ${key}`, "IdentitiesOnly yes"],
    // The connection that stays keeps no output open.
    ...[`UserKnownHostsFile ${programs}/known`, `ControlPath ${programs}/kept`],
  ];
  writeFileSync(join(programs, "config"), `${settings.join("\n")}\n`);
  writeFileSync(join(programs, "ssh"), `#!/bin/sh\nexec /usr/bin/ssh -F ${programs}/config "$@"\n`);
  chmodSync(join(programs, "ssh"), 0o755);
  return `${programs}:/usr/bin:/bin`;
}

async function onSource(PATH: string, script: string): Promise<ReadonlyMap<string, string>> {
  const { stdout } = await execa("sh", ["-s", "tok", "target", ""], {
    input: script,
    env: { PATH },
    timeout: 10_000,
  });
  return sectionsOf("tok", stdout);
}

describe.each(loginShells)("SSH from the source to a user whose login shell is $shell", (login) => {
  let server: SshServer;
  let PATH: string;
  beforeAll(async () => {
    server = await startSshServer(withLoginShell(login.shell));
    writeStartFile(server.folder, login);
    PATH = sourceOf(server);
  });
  afterAll(() => server.stop());

  test("tells which machine answers, and what the login prints into libvirt's way", async () => {
    const seen = parseSsh((await onSource(PATH, trySsh)).get("ssh"));
    expect(seen).toMatchObject({ answer: "no libvirt", bootId });
    if (login.startFile === undefined) expect(seen.printed).toBe("");
    else expect(seen.printed).toMatch(/^Welcome, =0:begins; no line's end/);
    expect(seen.printed).not.toContain("stty");
  });

  test("is measured", async () => {
    const measured = parseBandwidth((await onSource(PATH, sendSome)).get("bandwidth"));
    expect(measured).toEqual({ MiBps: expect.any(Number) });
  });
});

test("a login that is refused is told in SSH's words", async () => {
  const server = await startSshServer();
  const PATH = sourceOf(server, join(server.folder, "stranger"));
  expect(parseSsh((await onSource(PATH, trySsh)).get("ssh"))).toEqual({
    answer: "refused",
    message: expect.stringMatching(/Permission denied/),
    bootId: "",
    printed: "",
  });
  await server.stop();
});
