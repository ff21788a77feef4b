import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { isDeepStrictEqual } from "node:util";

/** SHA-256 by file name; what cannot be read has none. */
export type Checksums = Readonly<Record<string, string>>;

/** All at once: a processor with instructions for it takes half a second for a gigabyte. */
export async function checksumsOf(folder: string, names: readonly string[]): Promise<Checksums> {
  const sums = await Promise.all(
    names.map(async (name) => {
      const hash = createHash("sha256");
      const read = pipeline(createReadStream(join(folder, name), { highWaterMark: 1 << 20 }), hash);
      const sum = await read.then(
        () => hash.digest("hex"),
        () => "",
      );
      return [name, sum] as const;
    }),
  );
  return Object.fromEntries(sums);
}

export function sameFiles(expected: Checksums, found: Checksums): boolean {
  return isDeepStrictEqual(expected, found);
}
