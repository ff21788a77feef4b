import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  cachedOfficialPulumi,
  checksumOf,
  checksumsUrl,
  officialPulumi,
} from "../../../../toolchain/pulumi/official-download";
import { officialReachable, verdictIn } from "../../../../toolchain/pulumi/official-reach";
import { pulumiVersion } from "../../../../toolchain/pulumi/versions";

const archiveName = `pulumi-v${pulumiVersion}-linux-${process.arch === "arm64" ? "arm64" : "x64"}.tar.gz`;
const listName = `pulumi-${pulumiVersion}-checksums.txt`;

let folder: string;
let server: Server;
let releases: string;
/** What the release consists of, by file name. */
let files: Record<string, Buffer | string>;
let requests: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kvmlab-official-"));
  vi.stubEnv("KVMLAB_CACHE", join(folder, "cache"));
  vi.stubEnv("KVMLAB_OFFLINE", undefined);
  files = {};
  requests = [];
  server = createServer((request, response) => {
    const name = request.url?.split("/").at(-1) ?? "";
    requests.push(name);
    const content = files[name];
    response.writeHead(content === undefined ? 404 : 200).end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  releases = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

/** A release whose pulumi is a text file. */
async function publish(): Promise<void> {
  await mkdir(join(folder, "release", "pulumi"), { recursive: true });
  await writeFile(join(folder, "release", "pulumi", "pulumi"), "the engine");
  await execa("tar", ["-czf", join(folder, archiveName), "-C", join(folder, "release"), "pulumi"]);
  const archive = await readFile(join(folder, archiveName));
  const sum = createHash("sha256").update(archive).digest("hex");
  files = {
    [archiveName]: archive,
    [listName]: `${"0".repeat(64)}  another.tar.gz\n${sum}  ${archiveName}\n`,
  };
}

describe("officialPulumi", () => {
  it("downloads once, checks the sum and unpacks", async () => {
    await publish();
    expect(await cachedOfficialPulumi()).toBeUndefined();
    const first = await officialPulumi(() => undefined, releases);
    expect(await readFile(join(first, "pulumi"), "utf8")).toBe("the engine");
    expect(await officialPulumi(() => undefined, releases)).toBe(first);
    expect(await cachedOfficialPulumi()).toBe(first);
    expect(requests).toHaveLength(2);
  });

  it("refuses an archive that is not the release's", async () => {
    await publish();
    files[archiveName] = "something else";
    await expect(officialPulumi(() => undefined, releases)).rejects.toMatchObject({
      facts: { code: "KVM-204" },
    });
    expect(await cachedOfficialPulumi()).toBeUndefined();
  });

  it("tells a download that broke off from one that was changed", async () => {
    await publish();
    delete files[archiveName];
    await expect(officialPulumi(() => undefined, releases)).rejects.toMatchObject({
      facts: { code: "KVM-207" },
    });
  });
});

describe("checksumOf", () => {
  const sum = "a".repeat(64);

  it("finds a file's own line", () => {
    expect(checksumOf("b.tar.gz", `${"0".repeat(64)}  a-b.tar.gz\n${sum}  b.tar.gz\n`)).toBe(sum);
  });

  it.each(["", "Not Found", "xyz  b.tar.gz"])("refuses a list without it: %j", (list) => {
    expect(() => checksumOf("b.tar.gz", list)).toThrow("KVM-204");
  });
});

describe("officialReachable", () => {
  it("asks once and remembers", async () => {
    files[listName] = "list";
    expect(await officialReachable(checksumsUrl(releases))).toBe(true);
    delete files[listName];
    expect(await officialReachable(checksumsUrl(releases))).toBe(true);
    expect(requests).toHaveLength(1);
  });

  it("is false where something else answers", async () => {
    expect(await officialReachable(checksumsUrl(releases))).toBe(false);
  });

  it("does not ask with KVMLAB_OFFLINE=1", async () => {
    vi.stubEnv("KVMLAB_OFFLINE", "1");
    expect(await officialReachable(checksumsUrl(releases))).toBe(false);
    expect(requests).toEqual([]);
  });
});

describe("verdictIn", () => {
  const now = 10_000_000;

  it("believes a verdict for an hour", () => {
    expect(verdictIn(JSON.stringify({ reachable: false, at: now - 3_599_000 }), now)).toBe(false);
    expect(verdictIn(JSON.stringify({ reachable: true, at: now }), now)).toBe(true);
    expect(verdictIn(JSON.stringify({ reachable: false, at: now - 3_601_000 }), now)).toBeUndefined();
  });

  it.each(["", "{", "{}", JSON.stringify({ reachable: false, at: now + 1 })])(
    "does not believe %j",
    (text) => {
      expect(verdictIn(text, now)).toBeUndefined();
    },
  );
});
