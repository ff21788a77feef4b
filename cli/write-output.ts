import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { LabError } from "../errors/lab-error";

/**
 * Writes a file that somebody asked for; gives where it is.
 *
 * @param what it is, in the error
 * @param instead what could be typed where it cannot be written there
 * @throws LabError KVM-919 when it cannot be written there
 */
export async function writeOutput(
  output: string,
  content: string | Uint8Array,
  { what, instead }: { readonly what: string; readonly instead: string },
): Promise<string> {
  const file = resolve(output);
  await writeFile(file, content).catch((error: Error) => {
    throw new LabError({
      code: "KVM-919",
      expected: `to write the ${what} to ${file}`,
      found: error.message,
      fix: `name a file in a folder that is there and may be written to: ${instead}`,
      cause: error,
    });
  });
  return file;
}
