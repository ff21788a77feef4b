import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { utils } from "ssh2";
import { expect, test } from "vitest";
import { newKeyPair } from "../../../../provider/host/new-key-pair";

test("every key pair can be read, and its parts belong together", () => {
  // One of 256 that ssh2 makes cannot: of so many, some.
  for (let made = 0; made < 2_000; made++) {
    const pair = newKeyPair("kvm-migration-lab");
    const [type, key, comment] = pair.public.trim().split(" ");
    expect([type, comment]).toEqual(["ssh-ed25519", "kvm-migration-lab"]);
    expect(Buffer.from(key ?? "", "base64")).toHaveLength(51);
    const read = utils.parseKey(pair.private);
    expect(read instanceof Error ? read.message : read.getPublicSSH().toString("base64")).toBe(key);
  }
}, 60_000);

test("OpenSSH finds the same public key in the private one", () => {
  const folder = mkdtempSync(join(tmpdir(), "kvmlab-key-"));
  try {
    const pair = newKeyPair();
    const file = join(folder, "key");
    writeFileSync(file, pair.private, { mode: 0o600 });
    const found = execFileSync("ssh-keygen", ["-y", "-f", file], { encoding: "utf8" });
    expect(found.trim().split(" ").slice(0, 2)).toEqual(pair.public.trim().split(" ").slice(0, 2));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
