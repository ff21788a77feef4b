import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { pipeline } from "node:stream/promises";
import { archiveOfAssets, fileAsset, type PropertyMap } from "kvmlab-provider/protocol/property-values";
import { selectByGlobs } from "../globs";

/** The `assets` output: the files that the globs select, by their path below the folder. */
export async function assetsOf(folder: string, globs: readonly string[] | undefined): Promise<PropertyMap> {
  return globs === undefined ? {} : { assets: await find(folder, globs) };
}

/** The `archive` output: the same as one archive. */
export async function archiveOf(folder: string, globs: readonly string[] | undefined): Promise<PropertyMap> {
  return globs === undefined ? {} : { archive: archiveOfAssets(await find(folder, globs)) };
}

async function find(folder: string, globs: readonly string[]): Promise<PropertyMap> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  const assets = selectByGlobs(files, globs).map(async (file): Promise<[string, PropertyMap]> => {
    const path = join(folder, file);
    return [file, fileAsset(path, await sha256(path))];
  });
  return Object.fromEntries(await Promise.all(assets));
}

async function sha256(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}
