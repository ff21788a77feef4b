import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { backendKind, ensureBackend } from "../../../../toolchain/pulumi/backend";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kvmlab-backend-"));
  vi.stubEnv("KVMLAB_CACHE", join(folder, "cache"));
  vi.stubEnv("PULUMI_CREDENTIALS_PATH", join(folder, "user"));
  for (const name of ["BACKEND_URL", "ACCESS_TOKEN", "CONFIG_PASSPHRASE", "CONFIG_PASSPHRASE_FILE"])
    vi.stubEnv(`PULUMI_${name}`, undefined);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

async function logIn(credentials: string): Promise<void> {
  await mkdir(join(folder, "user"));
  await writeFile(join(folder, "user", "credentials.json"), credentials);
}

describe("backendKind", () => {
  it("is the user's own with a backend, a token or a login, and local otherwise", () => {
    expect(backendKind({ PULUMI_BACKEND_URL: "s3://states" }, undefined)).toBe("user");
    expect(backendKind({ PULUMI_ACCESS_TOKEN: "pul-1" }, undefined)).toBe("user");
    expect(backendKind({}, "https://api.pulumi.com")).toBe("user");
    expect(backendKind({}, undefined)).toBe("local");
    expect(backendKind({ PULUMI_BACKEND_URL: "" }, undefined)).toBe("local");
  });
});

describe("ensureBackend", () => {
  it("keeps local state in the cache, with a passphrase that is made once and only its owner can read", async () => {
    const [first, second] = await Promise.all([ensureBackend(), ensureBackend()]);
    expect(first.kind).toBe("local");
    expect(first.env.PULUMI_BACKEND_URL).toBe(`file://${join(folder, "cache", "state")}`);
    const path = first.env.PULUMI_CONFIG_PASSPHRASE_FILE ?? "";
    expect(second.env.PULUMI_CONFIG_PASSPHRASE_FILE).toBe(path);
    const passphrase = await readFile(path, "utf8");
    expect(passphrase.length).toBeGreaterThanOrEqual(40);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await ensureBackend();
    expect(await readFile(path, "utf8")).toBe(passphrase);
  });

  it("leaves a backend alone that the user is logged in to", async () => {
    await logIn(JSON.stringify({ current: "https://api.pulumi.com", accounts: {} }));
    const backend = await ensureBackend();
    expect(backend.kind).toBe("user");
    expect(backend.env.PULUMI_BACKEND_URL).toBeUndefined();
    expect(backend.env.PULUMI_CREDENTIALS_PATH).toBe(join(folder, "user"));
  });

  it("takes credentials without a login, or ones that make no sense, for none", async () => {
    await logIn(JSON.stringify({ current: "" }));
    expect((await ensureBackend()).kind).toBe("local");
    await writeFile(join(folder, "user", "credentials.json"), "{");
    expect((await ensureBackend()).kind).toBe("local");
  });

  it("does not replace the user's own passphrase, even an empty one", async () => {
    vi.stubEnv("PULUMI_CONFIG_PASSPHRASE", "");
    expect((await ensureBackend()).env.PULUMI_CONFIG_PASSPHRASE_FILE).toBeUndefined();
  });
});
