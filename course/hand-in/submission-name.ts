/** Whose file it is, by its path in a bulk download. */
export interface Submitter {
  /** A name for people; without what a terminal would take for a command. */
  readonly name: string;
  /** Moodle's number of the participant; empty where the path is none of Moodle's. */
  readonly participant: string;
}

/**
 * Moodle names a file `NAME_PARTICIPANT_assignsubmission_file_FILE`, or puts it in a folder `NAME_PARTICIPANT_assignsubmission_file_` (older
 * and newer versions with and without the last `_`). A name has no `_`, which Moodle makes a space; a group's name may stand before it.
 */
const moodles = /^([^_/]+)_(\d+)_assignsubmission_file(?:_|$)/;

/** @param path its parts, without the folder or zip that is graded */
export function submitterOf(path: string): Submitter {
  const parts = path.split("/").filter((part) => part !== "");
  for (const part of parts) {
    const [, name, participant] = moodles.exec(part) ?? [];
    if (name !== undefined && participant !== undefined) return { name: printable(name), participant };
  }
  const [first = ""] = parts;
  return {
    name: printable(parts.length > 1 ? first : first.replace(/(?:\.json)?\.gz$/, "")),
    participant: "",
  };
}

/** What stands in a bulk download, and nobody handed in: other kinds of submissions, and what file managers leave. */
export function isNoSubmission(path: string): boolean {
  return /(?:^|\/)(?:__MACOSX\/|\.DS_Store$|Thumbs\.db$|desktop\.ini$)|_assignsubmission_(?!file)/i.test(
    path,
  );
}

/** Without control characters and the like. */
export function printable(text: string): string {
  return text.replace(/\p{C}/gu, "").trim();
}

/**
 * A file's name from its bytes: UTF-8 where they are, else what Windows in Chinese writes. Zips say which only where it is UTF-8, and not
 * always then.
 */
export function decodeName(bytes: Uint8Array): string {
  for (const encoding of ["utf-8", "gb18030"]) {
    try {
      return new TextDecoder(encoding, { fatal: true }).decode(bytes);
    } catch {
      // The next one.
    }
  }
  return new TextDecoder("latin1").decode(bytes);
}

/** Whether two names may be one person's: without spaces, case, and a group's name before it. */
export function isSameName(one: string, other: string): boolean {
  const plain = (text: string) => text.normalize("NFKC").toLowerCase().replace(/\s/g, "");
  const [a, b] = [plain(one), plain(other)];
  return a.endsWith(b) || b.endsWith(a);
}
