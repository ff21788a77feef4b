import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ensureConfiguredImage } from "../../../../machines/images";
import { download } from "../../../../machines/images/download";

const image = Buffer.concat([Buffer.from([0x51, 0x46, 0x49, 0xfb]), Buffer.alloc(200_000, 7)]);
const sha256 = createHash("sha256").update(image).digest("hex");

let folder: string;
let server: Server;
let url: string;
let requests: number;
const said: string[] = [];
const progress = (message: string) => void said.push(message);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kvmlab-image-"));
  vi.stubEnv("KVMLAB_CACHE", join(folder, "cache"));
  said.length = 0;
  requests = 0;
  server = createServer((request, response) => {
    requests += 1;
    if (request.url === "/disk.qcow2") response.writeHead(200, { "content-length": image.length }).end(image);
    else if (request.url === "/text") response.end("no image");
    else if (request.url === "/silent") response.writeHead(200).write("a little, then nothing");
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

async function kept(): Promise<string[]> {
  const names = await readdir(join(folder, "cache", "images")).catch(() => []);
  return names.filter((name) => !name.endsWith(".lock"));
}

describe("ensureConfiguredImage", () => {
  it("downloads once, says how far it is, and keeps what was verified", async () => {
    const wanted = { hostImage: `${url}/disk.qcow2`, hostImageSha256: sha256.toUpperCase() };
    const first = await ensureConfiguredImage(wanted, progress);
    expect(await readFile(first.disk)).toEqual(image);
    expect(first).toMatchObject({ key: sha256.slice(0, 16), kernel: "", initrd: "", cmdline: "" });
    expect(said.at(-1)).toBe(`downloading ${url}/disk.qcow2: 100%`);
    expect(await ensureConfiguredImage(wanted, progress)).toEqual(first);
    expect(requests).toBe(1);
  });

  it("keeps nothing of a file that is not the one that was meant", async () => {
    const wanted = { hostImage: `${url}/disk.qcow2`, hostImageSha256: "0".repeat(64) };
    await expect(ensureConfiguredImage(wanted, progress)).rejects.toThrow(
      new RegExp(`KVM-357[\\s\\S]*sha256 ${sha256}`),
    );
    expect(await kept()).toEqual([]);
  });

  it("refuses what is no qcow2 although its sum is right", async () => {
    const sum = createHash("sha256").update("no image").digest("hex");
    const wanted = { hostImage: `${url}/text`, hostImageSha256: sum };
    await expect(ensureConfiguredImage(wanted, progress)).rejects.toThrow(/KVM-357[\s\S]*to be a qcow2/);
    expect(await kept()).toEqual([]);
  });

  it("says what the server said", async () => {
    const wanted = { hostImage: `${url}/none`, hostImageSha256: sha256 };
    await expect(ensureConfiguredImage(wanted, progress)).rejects.toThrow(/KVM-357[\s\S]*HTTP 404/);
  });

  it("takes a qcow2 where it lies, under another key when it has changed", async () => {
    const path = join(folder, "mine.qcow2");
    const wanted = { hostImage: path, hostImageSha256: "" };
    await writeFile(path, image);
    const before = await ensureConfiguredImage(wanted, progress);
    expect(before.disk).toBe(path);
    await writeFile(path, Buffer.concat([image, image]));
    expect((await ensureConfiguredImage(wanted, progress)).key).not.toBe(before.key);
  });

  it("refuses a path that is not there, a folder, and another format", async () => {
    const path = join(folder, "raw.img");
    await writeFile(path, "raw");
    for (const hostImage of [join(folder, "none"), folder, path]) {
      await expect(ensureConfiguredImage({ hostImage, hostImageSha256: "" }, progress)).rejects.toThrow(
        /KVM-104/,
      );
    }
  });
});

describe("download", () => {
  it("gives up on a server that falls silent", async () => {
    const limits = { totalMs: 10_000, silenceMs: 200 };
    await expect(download(`${url}/silent`, join(folder, "part"), progress, limits)).rejects.toThrow(
      /KVM-357[\s\S]*silent for 0.2 s/,
    );
  });

  it("says why a server cannot be reached", async () => {
    await expect(download("http://127.0.0.1:1/x", join(folder, "part"), progress)).rejects.toThrow(
      /KVM-357[\s\S]*(ECONNREFUSED|bad port)/,
    );
  });
});
