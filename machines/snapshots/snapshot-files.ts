import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, readlink, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { pipeline } from "node:stream/promises";
import pLimit from "p-limit";
import { type Manifest, manifestFile, type SavedFile } from "./manifest";

/** One stream reads a gigabyte in half a second; more than a few only take turns at the disk. */
const atOnce = pLimit(4);

/** A snapshot whose checksums stand, for files that are links to the same data. */
export interface KnownSnapshot {
  readonly folder: string;
  readonly manifest: Pick<Manifest, "files">;
}

/**
 * All files of a snapshot but its manifest, each with what tells it from any other.
 *
 * @param known its checksums are taken for what is the same file there: should that have changed since, they are the right ones
 */
export async function describeFiles(folder: string, known?: KnownSnapshot): Promise<SavedFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory());
  const described = await Promise.all(
    files.map((entry) => {
      const path = relative(folder, join(entry.parentPath, entry.name));
      return atOnce(async () =>
        entry.isSymbolicLink()
          ? describeLink(folder, path)
          : ((await knownFile(folder, path, known)) ?? describeFile(folder, path)),
      );
    }),
  );
  return described
    .filter(({ path }) => path !== manifestFile)
    .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

async function describeLink(folder: string, path: string): Promise<SavedFile> {
  return { path, link: await readlink(join(folder, path)) };
}

async function describeFile(folder: string, path: string): Promise<SavedFile> {
  const file = join(folder, path);
  const hash = createHash("sha256");
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  return { path, bytes: (await stat(file)).size, sha256: hash.digest("hex") };
}

async function knownFile(
  folder: string,
  path: string,
  known?: KnownSnapshot,
): Promise<SavedFile | undefined> {
  const file = known?.manifest.files.find((other) => other.path === path);
  if (known === undefined || file === undefined) return undefined;
  const [here, there] = await Promise.all([
    stat(join(folder, path)),
    stat(join(known.folder, path)).catch(() => undefined),
  ]);
  return here.ino === there?.ino && here.dev === there.dev ? file : undefined;
}

/** In words, what of a snapshot is not as its manifest has it; none when it is whole. Reads all of it. */
export async function damagesOf(folder: string, manifest: Pick<Manifest, "files">): Promise<string[]> {
  return differences(manifest, await describeFiles(folder));
}

export function differences(manifest: Pick<Manifest, "files">, found: readonly SavedFile[]): string[] {
  const there = new Map(found.map((file) => [file.path, file]));
  const expected = new Set(manifest.files.map(({ path }) => path));
  const wrong = manifest.files.flatMap((file) => {
    const other = there.get(file.path);
    if (other === undefined) return [`${file.path} is missing`];
    return sameContent(file, other) ? [] : [howItDiffers(file, other)];
  });
  const strange = found.filter(({ path }) => !expected.has(path));
  return [...wrong, ...strange.map(({ path }) => `${path} does not belong to it`)];
}

function sameContent(a: SavedFile, b: SavedFile): boolean {
  if ("link" in a || "link" in b) return "link" in a && "link" in b && a.link === b.link;
  return a.bytes === b.bytes && a.sha256 === b.sha256;
}

function howItDiffers(expected: SavedFile, found: SavedFile): string {
  if ("link" in expected || "link" in found || expected.bytes === found.bytes)
    return `${expected.path} was changed`;
  return `${expected.path} has ${found.bytes} bytes instead of ${expected.bytes}`;
}
