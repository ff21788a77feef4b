import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { LabError } from "../errors/lab-error";

/**
 * Writes a page that needs no other file, and says where it is.
 *
 * @throws LabError KVM-919 when it cannot be written there
 */
export async function writePage(html: string, output: string): Promise<void> {
  const file = resolve(output);
  await writeFile(file, html).catch((error: Error) => {
    throw new LabError({
      code: "KVM-919",
      expected: `to write the page to ${file}`,
      found: error.message,
      fix: "name a file in a folder that is there and may be written to: --output /tmp/page.html",
      cause: error,
    });
  });
  console.log(
    `${file} (${Math.ceil(Buffer.byteLength(html) / 1024)} KiB): open it in any browser; it needs no network`,
  );
}
