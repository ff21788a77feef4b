import { writeOutput } from "./write-output";

/**
 * Writes a page that needs no other file, and says where it is.
 *
 * @throws LabError KVM-919 when it cannot be written there
 */
export async function writePage(html: string, output: string): Promise<void> {
  const file = await writeOutput(output, html, { what: "page", instead: "--output /tmp/page.html" });
  console.log(
    `${file} (${Math.ceil(Buffer.byteLength(html) / 1024)} KiB): open it in any browser; it needs no network`,
  );
}
