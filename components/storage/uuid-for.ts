import { createHash } from "node:crypto";

/** A UUID made of a text: the same for the same text, wherever it is made. */
export function uuidFor(text: string): string {
  const digits = createHash("sha256").update(text).digest("hex");
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `4${digits.slice(12, 15)}`,
    `8${digits.slice(15, 18)}`,
    digits.slice(18, 30),
  ].join("-");
}
