import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import { jsonOf } from "kvmlab-provider/host/json-of";
import { z } from "zod";
import { type Content, contentSchema } from "./content";

/** The form of the file; another one gets another number. */
const format = "kvmlab-hand-in/1";

/** A hand-in of the experiment has some 4 KiB, one with six measured moves about 1 MiB, unpacked ten times that. */
export const fileLimitBytes = 16 * 2 ** 20;
const unpackedLimitBytes = 128 * 2 ** 20;

/**
 * The file, unpacked: JSON, whose `content` is the text of JSON that is signed. A text and not an object: nothing has to be written twice in
 * the same way for the signature to match.
 */
const envelope = z.object({
  format: z.string(),
  /** Of the lab: ed25519, the 32 bytes in base64url. */
  key: z.string().max(100),
  signature: z.string().max(200),
  content: z.string(),
});

/** A hand-in as it was read: what it says, and whether that is what was signed. */
export interface Sealed {
  readonly kind: "sealed";
  /** Of the bytes of the file. */
  readonly digest: string;
  readonly key: string;
  readonly content: Content;
  readonly signed: boolean;
}

/** Why a file cannot be read. */
export const unreadable = ["empty", "too-large", "truncated", "not-a-hand-in", "other-version"] as const;
export type Unreadable = (typeof unreadable)[number];

export type Opened = Sealed | { readonly kind: Unreadable; readonly digest: string };

/** A new key of a lab, as PEM. */
export function newKey(): string {
  return generateKeyPairSync("ed25519").privateKey.export({ format: "pem", type: "pkcs8" }).toString();
}

/** The public half, as hand-ins and lists of keys have it. */
export function publicKeyOf(pem: string): string {
  const key = createPublicKey(createPrivateKey(pem));
  const { x } = key.export({ format: "jwk" });
  if (key.asymmetricKeyType !== "ed25519" || x === undefined) throw new Error("the key is not ed25519");
  return x;
}

/** The file that is handed in. */
export function seal(content: Content, pem: string): Buffer {
  const text = JSON.stringify(content);
  const signature = sign(null, signedBytes(text), pem).toString("base64url");
  return gzipSync(JSON.stringify({ format, key: publicKeyOf(pem), signature, content: text }));
}

/** Reads a file that somebody handed in: it may be anything. */
export function open(file: Buffer): Opened {
  const digest = createHash("sha256").update(file).digest("hex");
  if (file.length === 0) return { kind: "empty", digest };
  if (file.length > fileLimitBytes) return { kind: "too-large", digest };
  const text = unpacked(file);
  if (typeof text !== "string") return { ...text, digest };
  const outer = envelope.safeParse(jsonOf(text)).data;
  if (outer === undefined) return { kind: "not-a-hand-in", digest };
  if (outer.format !== format) return { kind: "other-version", digest };
  const content = contentSchema.safeParse(jsonOf(outer.content)).data;
  if (content === undefined) return { kind: "not-a-hand-in", digest };
  return { kind: "sealed", digest, key: outer.key, content, signed: isSigned(outer) };
}

function unpacked(file: Buffer): string | { readonly kind: Unreadable } {
  try {
    return gunzipSync(file, { maxOutputLength: unpackedLimitBytes }).toString("utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ERR_BUFFER_TOO_LARGE") return { kind: "too-large" };
    return { kind: code === "Z_BUF_ERROR" ? "truncated" : "not-a-hand-in" };
  }
}

function isSigned({ key, signature, content }: z.output<typeof envelope>): boolean {
  const publicKey = keyOf(key);
  if (publicKey === undefined) return false;
  return verify(null, signedBytes(content), publicKey, Buffer.from(signature, "base64url"));
}

function keyOf(key: string): KeyObject | undefined {
  try {
    return createPublicKey({ format: "jwk", key: { kty: "OKP", crv: "Ed25519", x: key } });
  } catch {
    return undefined;
  }
}

/** With the form before it: a signature of something else is none of a hand-in. */
function signedBytes(content: string): Buffer {
  return Buffer.from(`${format}\n${content}`);
}
