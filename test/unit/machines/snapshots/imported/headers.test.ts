import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { definitionInMemory, foreignInDisk } from "../../../../../machines/snapshots/imported/headers";

const folder = mkdtempSync(join(tmpdir(), "kvmlab-headers-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(content: Buffer): string {
  const path = join(folder, "file");
  writeFileSync(path, content);
  return path;
}

/** The beginning of a disk as qcow2's documentation has it; real ones are in the test of a save that is imported. */
function disk({ version = 3, backing = "", features = 0n } = {}): Buffer {
  const header = Buffer.alloc(512);
  header.write("QFI\u00fb", 0, "latin1");
  header.writeUInt32BE(version, 4);
  header.writeBigUInt64BE(features, 72);
  if (backing !== "") {
    header.writeBigUInt64BE(200n, 8);
    header.writeUInt32BE(backing.length, 16);
    header.write(backing, 200);
  }
  return header;
}

function memory(xml: string, mark = "LibvirtQemudSave"): Buffer {
  const header = Buffer.alloc(92);
  header.write(mark, 0, "latin1");
  header.writeUInt32LE(2, 16);
  header.writeUInt32LE(xml.length + 100, 20);
  return Buffer.concat([header, Buffer.from(`${xml}\0<cookie/>`), Buffer.alloc(100)]);
}

describe("a disk's data", () => {
  test.each<[string, Buffer, string[]]>([
    ["is its own", disk(), []],
    [
      "is an image's of the lab",
      disk({ version: 2, backing: "/var/lib/libvirt/images/base/warm-nfs.qcow2" }),
      [],
    ],
    ["is another file's of this machine", disk({ backing: "/etc/shadow" }), ["the backing file /etc/shadow"]],
    [
      "is out of the lab's folder",
      disk({ backing: "/var/lib/libvirt/images/base/../../../../../etc/shadow" }),
      ["the backing file /var/lib/libvirt/images/base/../../../../../etc/shadow"],
    ],
    ["is somewhere else", disk({ backing: "nbd://10.0.0.1/x" }), ["the backing file nbd://10.0.0.1/x"]],
    ["is written to another file", disk({ features: 4n }), ["its data in another file"]],
    ["has no format", Buffer.from("CD001 and more"), []],
    ["is nothing", Buffer.alloc(0), []],
  ])("%s", async (_what, content, told) => {
    expect(await foreignInDisk(file(content))).toEqual(told);
  });
});

test("a memory begins with the definition of its machine, and what is none is told", async () => {
  expect(await definitionInMemory(file(memory("<domain/>")))).toBe("<domain/>");
  expect(await definitionInMemory(file(memory("<domain/>", "LibvirtQemudPart")))).toBeUndefined();
  expect(await definitionInMemory(file(Buffer.from("LibvirtQemudSave")))).toBeUndefined();
  const huge = memory("<domain/>");
  huge.writeUInt32LE(0xffffffff, 20);
  expect(await definitionInMemory(file(huge))).toBeUndefined();
});
