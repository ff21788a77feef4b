import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** Names and contents of all files below a folder, in a fixed order: what an image's key is made from. */
export async function recipeParts(folder: string): Promise<(string | Buffer)[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const parts = await Promise.all(
    files.sort().map(async (path) => [path.slice(folder.length), await readFile(path)]),
  );
  return parts.flat();
}
