import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { compressedKernel, writeVmlinux } from "../../../../toolchain/images/kernel";

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
    expect(compressedKernel(bzImage(Buffer.concat([lz4, ownSize])))).toEqual(lz4);
  });

  it("takes no sectors for four, as the boot protocol says", () => {
    expect(compressedKernel(bzImage(Buffer.concat([lz4, ownSize]), { sectors: 0 }))).toEqual(lz4);
  });

  it("knows what it is not", () => {
    const gzip = Buffer.concat([Buffer.from([0x1f, 0x8b, 0x08, 0x00]), Buffer.alloc(50)]);
    expect(compressedKernel(bzImage(gzip))).toBeUndefined();
    expect(compressedKernel(Buffer.from("\x7fELF"))).toBeUndefined();
    expect(compressedKernel(Buffer.alloc(4096))).toBeUndefined();
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
