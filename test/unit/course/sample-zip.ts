import { crc32, deflateRawSync } from "node:zlib";

export interface ZippedFile {
  /** As bytes where it is not to be UTF-8. */
  readonly name: string | Buffer;
  readonly content: Buffer;
  /** Whether the zip says that the name is UTF-8. */
  readonly flagged?: boolean;
  /** What the zip says of the size, where that is not so. */
  readonly claims?: number;
}

/** A zip as programs write it that libraries for writing do not: names without the mark of UTF-8, wrong sizes, paths that lead out. */
export function zipOf(files: readonly ZippedFile[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content, flagged = false, claims = content.length } of files) {
    const bytes = Buffer.from(name);
    const packed = deflateRawSync(content);
    // Version, flags, method, time and date, checksum, sizes, and the lengths of name and extra field.
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(flagged ? 0x800 : 0, 2);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(claims, 18);
    common.writeUInt16LE(bytes.length, 22);
    parts.push(Buffer.from("PK\x03\x04"), common, bytes, packed);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    directory.push(Buffer.from("PK\x01\x02\x14\x00", "latin1"), common, rest, bytes);
    offset += 30 + bytes.length + packed.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(listed.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...parts, listed, Buffer.from("PK\x05\x06"), end]);
}
