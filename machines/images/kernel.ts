import { readFile, writeFile } from "node:fs/promises";
import { LabError } from "../../errors/lab-error";
import { tool } from "./tool";

/** Where a bzImage says its compressed kernel lies (Documentation/x86/boot.rst, protocol 2.08). */
const setupSectorsAt = 0x1f1;
const magicAt = 0x202;
const payloadOffsetAt = 0x248;
const payloadLengthAt = 0x24c;
/** What a compressed kernel begins with, and what unpacks it: Debian 12's is by LZ4, Debian 13's by Zstandard. */
const unpackers: ReadonlyMap<number, "lz4" | "zstd"> = new Map([
  [0x184c2102, "lz4"],
  [0xfd2fb528, "zstd"],
]);

/** The part of a bzImage that holds the kernel, and the program that unpacks it; undefined when it is no such file. */
export function compressedKernel(
  image: Buffer,
): { readonly payload: Buffer; readonly unpacker: "lz4" | "zstd" } | undefined {
  if (image.length < 0x250 || image.toString("latin1", magicAt, magicAt + 4) !== "HdrS") return undefined;
  const setupSectors = image.readUInt8(setupSectorsAt) || 4;
  const start = (setupSectors + 1) * 512 + image.readUInt32LE(payloadOffsetAt);
  // The kernel appends its own size to the stream: four bytes that are not part of it.
  const payload = image.subarray(start, start + image.readUInt32LE(payloadLengthAt) - 4);
  const unpacker = payload.length > 4 ? unpackers.get(payload.readUInt32LE(0)) : undefined;
  return unpacker && { payload, unpacker };
}

/** What writeVmlinux makes of a kernel: an image made otherwise is another one. */
export const kernelForm = "ELF without trailing zeros";

/** Where an ELF file of 64 bits says what (its header, and each program header's parts). */
const elf = { programHeaders: 0x20, sectionHeaders: 0x28, size: 0x36, count: 0x38, sectionCount: 0x3c };
const part = { offset: 8, fileSize: 0x20 };
const loaded = 1;

/**
 * A kernel without the zeros at the end of its last part, which is memory that begins empty, and without what only debuggers
 * read. Whoever loads it fills that memory with zeros; not reading them saves each start of a guest, and each move, 11 MB.
 */
export function withoutTrailingZeros(kernel: Buffer): Buffer {
  const at = Number(kernel.readBigUInt64LE(elf.programHeaders));
  const size = kernel.readUInt16LE(elf.size);
  const headers = Array.from({ length: kernel.readUInt16LE(elf.count) }, (_, index) => at + index * size);
  const offsetOf = (header: number) => Number(kernel.readBigUInt64LE(header + part.offset));
  const parts = headers.filter((header) => kernel.readUInt32LE(header) === loaded);
  const last = parts.sort((a, b) => offsetOf(a) - offsetOf(b)).at(-1);
  if (last === undefined) return kernel;
  const start = offsetOf(last);
  let end = start + Number(kernel.readBigUInt64LE(last + part.fileSize));
  while (end > start && kernel[end - 1] === 0) end--;
  const trimmed = Buffer.from(kernel.subarray(0, end));
  trimmed.writeBigUInt64LE(BigInt(end - start), last + part.fileSize);
  trimmed.writeBigUInt64LE(0n, elf.sectionHeaders);
  trimmed.fill(0, elf.sectionCount, elf.sectionCount + 4);
  return trimmed;
}

/**
 * Writes the uncompressed kernel of a bzImage to `vmlinux`. QEMU starts it directly (PVH), which saves an emulated
 * machine the decompression: about a quarter of a small guest's boot.
 */
export async function writeVmlinux(bzImage: string, vmlinux: string): Promise<void> {
  const kernel = compressedKernel(await readFile(bzImage));
  if (!kernel) {
    throw new LabError({
      code: "KVM-354",
      expected: `${bzImage} to be a bzImage with a kernel compressed by LZ4 or Zstandard, as Debian's cloud kernels are`,
      found: "another format",
      fix: "take Debian's linux-image-cloud-amd64",
    });
  }
  const { payload, unpacker } = kernel;
  await tool("sh", ["-c", '"$2" -d -c > "$1"', "sh", vmlinux, unpacker], { input: payload });
  await tool("strip", ["--strip-debug", vmlinux]);
  await writeFile(vmlinux, withoutTrailingZeros(await readFile(vmlinux)));
}
