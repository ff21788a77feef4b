import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { PropertyMap } from "../../../../provider/protocol/property-values";
import { type SshServer, startSshServer } from "../../provider/host/ssh-server";
import { testingProvider } from "./testing-provider";

const type = "command:remote:CopyToRemote";
const signature = "4dabf18193072939515e22adb298388d";
const asset = (more: PropertyMap) => ({ [signature]: "c44067f5952c0a294b673a41bacd8c17", ...more });
const archive = (path: string) => ({ [signature]: "0def7320c3a5731c473e5ecbe6d01bc7", path, hash: path });
let server: SshServer;
let folder: string;
let count = 0;

beforeAll(async () => {
  server = await startSshServer();
});
afterAll(() => server.stop());
beforeEach(() => {
  folder = join(server.folder, `copy-${count++}`);
  for (const name of ["site/deep/deeper", "there"]) mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, "file"), "contents");
  writeFileSync(join(folder, "site/one"), "1");
  writeFileSync(join(folder, "site/deep/deeper/two"), "2");
  symlinkSync("one", join(folder, "site/link"));
});

function inputs(source: PropertyMap, remotePath: string): PropertyMap {
  const { address, port, user, privateKey, hostKey } = server.connection;
  return { connection: { host: address, port, user, privateKey, hostKey }, source, remotePath };
}
const read = (...path: string[]) => readFileSync(join(folder, ...path), "utf8");

describe("command:remote:CopyToRemote", () => {
  const { create, update, delete: remove } = testingProvider();

  it("copies a file to a new path, making its folders, or into a folder that is there", async () => {
    const file = asset({ path: join(folder, "file"), hash: "1" });
    await create(type, inputs(file, join(folder, "new/folder/name")));
    await create(type, inputs(file, join(folder, "there")));

    expect(read("new/folder/name")).toBe("contents");
    expect(read("there/file")).toBe("contents");
  });

  it("copies a folder as a whole, or with a slash at its end what is in it", async () => {
    await create(type, inputs(archive(join(folder, "site")), join(folder, "there")));
    await create(type, inputs(archive(`${join(folder, "site")}/`), join(folder, "fresh/path")));

    expect(read("there/site/deep/deeper/two")).toBe("2");
    expect(read("there/site/link")).toBe("1");
    expect(read("fresh/path/one")).toBe("1");
  });

  it("writes a text, also an empty one, over what was there", async () => {
    await create(type, inputs(asset({ text: "grüße", hash: "1" }), join(folder, "file")));
    const nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    await create(type, inputs(asset({ hash: nothing }), join(folder, "there/empty")));

    expect(read("file")).toBe("grüße");
    expect(read("there/empty")).toBe("");
  });

  it("says which path is in the way", async () => {
    const site = archive(join(folder, "site"));

    await expect(create(type, inputs(site, join(folder, "file")))).rejects.toThrow(
      /file exists but is not a directory/,
    );
    await expect(create(type, inputs(asset({ text: "t" }), join(folder, "there")))).rejects.toThrow(
      /is a directory/,
    );
    await expect(create(type, inputs(asset({ path: "/nonexistent" }), join(folder, "x")))).rejects.toThrow(
      /nonexistent/,
    );
  });

  it("copies again only when the contents or the path changed, and leaves everything on delete", async () => {
    const target = join(folder, "copied");
    const file = { path: join(folder, "file") };
    const state = await create(type, inputs(asset({ ...file, hash: "1" }), target));
    writeFileSync(target, "changed by hand");
    await update(type, state, inputs(asset({ ...file, hash: "1" }), target));
    const untouched = read("copied");
    const updated = await update(type, state, inputs(asset({ ...file, hash: "2" }), target));
    await remove(type, updated);

    expect(untouched).toBe("changed by hand");
    expect(read("copied")).toBe("contents");
    expect(existsSync(target)).toBe(true);
  });
});
