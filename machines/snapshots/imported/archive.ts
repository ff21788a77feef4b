import { type Manifest, manifestFile } from "../manifest";

/** One entry of an archive, by a line of `tar --list --verbose --quoting-style=escape`. */
export interface ArchiveEntry {
  /** tar's letter: `-` a file, `d` a folder, `l` a link, `h` a hard link, `b` and `c` devices, `p` a FIFO … */
  readonly kind: string;
  readonly bytes: number;
  readonly path: string;
}

/** `-rw------- 0/0  1234 2026-11-30 07:00 ./memory/nfs.save`; undefined for a line that is none. */
export function archiveEntry(line: string): ArchiveEntry | undefined {
  const match = /^(\S)\S{9} \S+ +(\S+) \d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)? (.*)$/.exec(line);
  const [, kind = "", bytes = "", rest = ""] = match ?? [];
  if (match === null) return undefined;
  const path =
    kind === "l"
      ? (rest.split(" -> ")[0] ?? rest)
      : kind === "h"
        ? (rest.split(" link to ")[0] ?? rest)
        : rest;
  return { kind, bytes: Number(bytes), path: path.replace(/^\.\//, "").replace(/\/$/, "") };
}

/** In words, what an archive has that its manifest has not: nothing of it is to be unpacked then. */
export function strayEntries(listing: string, { files }: Pick<Manifest, "files">): string[] {
  const expected = new Map(files.map((file) => [file.path, file]));
  const folders = new Set([".", ""].concat(files.flatMap(({ path }) => foldersOf(path))));
  const seen = new Set<string>();
  return listing
    .split("\n")
    .filter((line) => line !== "")
    .flatMap((line) => {
      const entry = archiveEntry(line);
      if (entry === undefined) return [`a line that tar does not write: ${line.slice(0, 100)}`];
      const { kind, bytes, path } = entry;
      if (kind === "d") return folders.has(path) || isEmptyFolder(path) ? [] : [`the folder ${path}`];
      if (seen.has(path)) return [`${path} twice`];
      seen.add(path);
      const file = expected.get(path);
      if (path === manifestFile && kind === "-") return [];
      if (file === undefined) return [`${path}, which its manifest does not have`];
      if ("link" in file) return kind === "l" ? [] : [`${path}, which is no link`];
      if (kind !== "-") return [`${path}, which is no regular file`];
      return bytes === file.bytes ? [] : [`${path} with ${bytes} bytes instead of ${file.bytes}`];
    });
}

/** libvirt's folders are there also where nothing is in them. */
function isEmptyFolder(path: string): boolean {
  return /^hypervisor(\/[\w.-]+)*$/.test(path) && !path.split("/").includes("..");
}

function foldersOf(path: string): string[] {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
}
