import { readdir, readFile, stat } from "node:fs/promises";
import type { Submission } from "../course/hand-in/examine";
import { fileLimitBytes } from "../course/hand-in/sealed";
import { decodeName, isNoSubmission } from "../course/hand-in/submission-name";
import { LabError } from "../errors/lab-error";
import { submissionsInZip } from "./submissions-in-zip";

/** A bulk download has one folder a student, perhaps in one of its own; students upload folders, too. */
const deepest = 6;
/** Of any download: what goes on longer is something else. */
const mostFiles = 20_000;

/**
 * What was handed in, in a folder or a zip, file by file.
 *
 * @throws LabError KVM-958 when it is neither
 */
export async function* submissions(place: string): AsyncGenerator<Submission> {
  const found = await stat(place).catch(() => undefined);
  if (found === undefined) throw nothingThere(place, "it is not there");
  const files = found.isDirectory() ? inFolder(Buffer.from(place), "", 0) : submissionsInZip(place);
  let count = 0;
  try {
    for await (const submission of files) {
      if (count++ === mostFiles) throw new Error(`more than ${mostFiles} files`);
      yield submission;
    }
  } catch (error) {
    throw nothingThere(place, error instanceof Error ? error.message : String(error));
  }
}

/** By the bytes of their names: a zip that was unpacked here may have left some that are not UTF-8. */
async function* inFolder(folder: Buffer, above: string, depth: number): AsyncGenerator<Submission> {
  const entries = await readdir(folder, { encoding: "buffer", withFileTypes: true });
  for (const entry of entries) {
    const file = Buffer.concat([folder, Buffer.from("/"), entry.name]);
    const path = `${above}${decodeName(entry.name)}`;
    // What is neither, such as a symbolic link, may lead anywhere.
    if (entry.isDirectory() && depth < deepest) yield* inFolder(file, `${path}/`, depth + 1);
    else if (entry.isFile() && !isNoSubmission(path)) yield { path, file: await contentOf(file) };
  }
}

async function contentOf(file: Buffer): Promise<Submission["file"]> {
  try {
    const { size } = await stat(file);
    return size > fileLimitBytes ? { flag: "too-large", about: "" } : await readFile(file);
  } catch (error) {
    return { flag: "damaged", about: error instanceof Error ? error.message : String(error) };
  }
}

function nothingThere(place: string, found: string): LabError {
  return new LabError({
    code: "KVM-958",
    expected: `${place} to be a folder or a zip of hand-ins`,
    found,
    fix: "name the folder or the zip that Moodle's Download all submissions wrote",
  });
}
