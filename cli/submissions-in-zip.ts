import type { Readable } from "node:stream";
import { type Entry, getFileNameLowLevel, openPromise, validateFileName, type ZipFile } from "yauzl";
import type { Submission } from "../course/hand-in/examine";
import { fileLimitBytes } from "../course/hand-in/sealed";
import { decodeName, isNoSubmission } from "../course/hand-in/submission-name";

/** Of Info-ZIP's extra field that has the name in UTF-8, whatever stands in the name itself. */
const unicodePath = 0x7075;
const utf8Flag = 0x800;

/**
 * The files in a zip, one by one; nothing is written anywhere. What is wrong with one of them is told of it, and the others are read.
 *
 * @throws Error when it is no zip, or its directory is damaged
 */
export async function* submissionsInZip(file: string): AsyncGenerator<Submission> {
  // Names are decoded here, and sizes are limited here: yauzl would end at the first that is wrong.
  const zip = await openPromise(file, { decodeStrings: false, validateEntrySizes: false });
  for await (const entry of zip.eachEntry()) {
    const path = nameOf(entry).replaceAll("\\", "/");
    if (path.endsWith("/") || isNoSubmission(path)) continue;
    yield { path, file: validateFileName(path) === null ? await fileOf(zip, entry) : unsafe };
  }
}

const unsafe = { flag: "unsafe-path", about: "" } as const;

function nameOf(entry: Entry): string {
  const { generalPurposeBitFlag, fileNameRaw, extraFields } = entry;
  const isUtf8 = (generalPurposeBitFlag & utf8Flag) !== 0 || extraFields.some(({ id }) => id === unicodePath);
  return isUtf8
    ? getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, false)
    : decodeName(fileNameRaw);
}

async function fileOf(zip: ZipFile, entry: Entry): Promise<Submission["file"]> {
  if (entry.uncompressedSize > fileLimitBytes) return { flag: "too-large", about: "" };
  try {
    return (await limited(await zip.openReadStreamPromise(entry))) ?? { flag: "too-large", about: "" };
  } catch (error) {
    return { flag: "damaged", about: error instanceof Error ? error.message : String(error) };
  }
}

/** All of it; undefined when it is longer than a hand-in, whatever the zip says of its size. */
async function limited(stream: Readable): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of stream) {
    bytes += part.length;
    // Leaving the loop destroys the stream.
    if (bytes > fileLimitBytes) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
}
