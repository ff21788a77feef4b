import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { compressedKernel, withoutTrailingZeros, writeVmlinux } from "../../../../machines/images/kernel";

/** A file laid out as a bzImage: `sectors` of set-up after the boot sector, then the payload at an offset. */
function bzImage(payload: Buffer, { sectors = 3, offset = 64 } = {}): Buffer {
  const start = ((sectors || 4) + 1) * 512;
  const image = Buffer.alloc(start + offset + payload.length + 100, 0xee);
  image.writeUInt8(sectors, 0x1f1);
  image.write("HdrS", 0x202, "latin1");
  image.writeUInt32LE(offset, 0x248);
  image.writeUInt32LE(payload.length, 0x24c);
  payload.copy(image, start + offset);
  return image;
}

const lz4 = Buffer.concat([Buffer.from([0x02, 0x21, 0x4c, 0x18]), Buffer.from("compressed kernel")]);
const ownSize = Buffer.alloc(4, 9);

describe("compressedKernel", () => {
  it("finds the stream without the size that the kernel appends", () => {
    const image = bzImage(Buffer.concat([lz4, ownSize]));
    expect(compressedKernel(image)).toEqual({ payload: lz4, unpacker: "lz4" });
  });

  it("knows what unpacks it: Debian 13's kernel is by Zstandard", () => {
    const zstd = Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), Buffer.from("compressed kernel")]);
    const image = bzImage(Buffer.concat([zstd, ownSize]));
    expect(compressedKernel(image)).toEqual({ payload: zstd, unpacker: "zstd" });
  });

  it("takes no sectors for four, as the boot protocol says", () => {
    const image = bzImage(Buffer.concat([lz4, ownSize]), { sectors: 0 });
    expect(compressedKernel(image)?.payload).toEqual(lz4);
  });

  it("knows what it is not", () => {
    const gzip = Buffer.concat([Buffer.from([0x1f, 0x8b, 0x08, 0x00]), Buffer.alloc(50)]);
    expect(compressedKernel(bzImage(gzip))).toBeUndefined();
    expect(compressedKernel(Buffer.from("\x7fELF"))).toBeUndefined();
    expect(compressedKernel(Buffer.alloc(4096))).toBeUndefined();
  });
});

describe("withoutTrailingZeros", () => {
  /** Two parts to load, the second ending in zeros, then section headers. */
  const kernel = () => {
    const file = Buffer.alloc(4096);
    file.write("\x7fELF", 0, "latin1");
    file.writeBigUInt64LE(64n, 0x20);
    file.writeBigUInt64LE(3000n, 0x28);
    file.writeUInt16LE(56, 0x36);
    file.writeUInt16LE(3, 0x38);
    file.writeUInt16LE(5, 0x3c);
    const header = (index: number, type: number, offset: number, size: number) => {
      const at = 64 + index * 56;
      file.writeUInt32LE(type, at);
      file.writeBigUInt64LE(BigInt(offset), at + 8);
      file.writeBigUInt64LE(BigInt(size), at + 0x20);
      file.writeBigUInt64LE(BigInt(size), at + 0x28);
    };
    header(0, 1, 2000, 1000);
    header(1, 1, 1000, 500);
    header(2, 4, 3500, 20);
    file.fill(7, 1000, 1500).fill(9, 2000, 2100).fill(1, 3000);
    return file;
  };

  it("ends with the last byte that is not zero, and asks for as much memory as before", () => {
    const trimmed = withoutTrailingZeros(kernel());
    expect(trimmed.length).toBe(2100);
    expect([trimmed.readBigUInt64LE(64 + 0x20), trimmed.readBigUInt64LE(64 + 0x28)]).toEqual([100n, 1000n]);
    expect(trimmed.subarray(1000, 1500)).toEqual(kernel().subarray(1000, 1500));
  });

  it("names no section headers, which are cut off", () => {
    const trimmed = withoutTrailingZeros(kernel());
    expect([trimmed.readBigUInt64LE(0x28), trimmed.readUInt16LE(0x3c)]).toEqual([0n, 0]);
  });
});

describe("writeVmlinux", () => {
  it("says which kernel to take", async () => {
    const folder = await mkdtemp(join(tmpdir(), "kvmlab-kernel-"));
    try {
      await writeFile(join(folder, "bzImage"), "no kernel");
      await expect(writeVmlinux(join(folder, "bzImage"), join(folder, "vmlinux"))).rejects.toThrow(/KVM-354/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
