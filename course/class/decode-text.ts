import { LabError } from "../../errors/lab-error";

/**
 * The text of a file that a spreadsheet has written: UTF-8, with a byte order mark or without, or GBK, which Excel writes in China.
 * What is UTF-8 is hardly ever GBK by chance, so that one is tried first.
 *
 * @throws LabError KVM-981 when it is neither
 */
export function decodeText(bytes: Uint8Array, file: string): string {
  // Read as GBK, any UTF-16 would be some text or other.
  const isUtf16 = ["fffe", "feff"].includes(Buffer.from(bytes.subarray(0, 2)).toString("hex"));
  const text = isUtf16 ? undefined : (decoded(bytes, "utf-8") ?? decoded(bytes, "gb18030"));
  if (text !== undefined) return text;
  throw new LabError({
    code: "KVM-981",
    expected: `${file} to be in UTF-8 or GBK`,
    found: isUtf16 ? "UTF-16" : "neither",
    fix: "save it as a CSV file in UTF-8",
  });
}

function decoded(bytes: Uint8Array, encoding: "utf-8" | "gb18030"): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
