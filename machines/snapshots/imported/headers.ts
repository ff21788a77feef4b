/** What stands at the beginning of files that libvirt and QEMU open: where a disk's data comes from, and which machine a memory is of. */
import { type FileHandle, open } from "node:fs/promises";

/** "QFI" and a byte, at the beginning of a disk in QEMU's own format. */
const qcow2 = 0x514649fb;
/** A bit of `incompatible_features`: the data is in another file. */
const dataElsewhere = 1n << 2n;
const ownBase = /^\/var\/lib\/libvirt\/images\/base\/[\w.-]+\.qcow2$/;

/**
 * Files of this machine that QEMU would open for a disk's data, in words; none where it needs no other, or one that the save has.
 *
 * qcow2 as QEMU documents it (docs/interop/qcow2.txt): the name of the backing file by its place and length at 8 and 16, features at 72.
 */
export async function foreignInDisk(file: string): Promise<string[]> {
  return reading(file, async (read) => {
    const header = await read(0, 80);
    if (header.length < 72 || header.readUInt32BE(0) !== qcow2) return [];
    const version = header.readUInt32BE(4);
    if (version >= 3 && header.length >= 80 && (header.readBigUInt64BE(72) & dataElsewhere) !== 0n)
      return ["its data in another file"];
    const [place, length] = [Number(header.readBigUInt64BE(8)), header.readUInt32BE(16)];
    if (place === 0) return [];
    if (length > 1023) return ["the name of a backing file that is too long"];
    const name = (await read(place, length)).toString();
    return ownBase.test(name) ? [] : [`the backing file ${name}`];
  });
}

/** More than any machine's definition. */
const xmlMost = 1024 ** 2;

/**
 * The definition of the machine that a memory is of, as `virsh restore` takes it; undefined where the file is no such memory.
 *
 * A mark of 16 bytes, then 19 numbers of 4 (version, length of the definition and of what follows it, …), as libvirt's `virQEMUSaveHeader` has it.
 */
export async function definitionInMemory(file: string): Promise<string | undefined> {
  return reading(file, async (read) => {
    const header = await read(0, 92);
    if (header.length < 92 || header.toString("latin1", 0, 16) !== "LibvirtQemudSave") return undefined;
    const length = header.readUInt32LE(20);
    if (length > xmlMost) return undefined;
    const text = (await read(92, length)).toString();
    const end = text.indexOf("\0");
    return end < 0 ? text : text.slice(0, end);
  });
}

type Read = (at: number, length: number) => Promise<Buffer>;

async function reading<Told>(file: string, work: (read: Read) => Promise<Told>): Promise<Told> {
  const handle: FileHandle = await open(file, "r");
  try {
    return await work(async (at, length) => {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(length), 0, length, at);
      return buffer.subarray(0, bytesRead);
    });
  } finally {
    await handle.close();
  }
}
