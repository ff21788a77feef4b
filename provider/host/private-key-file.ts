import { readFile } from "node:fs/promises";
import { utils } from "ssh2";
import { homePath } from "./home-path";

/** What a private key is good for without anybody who types: it opens by itself, or its public half is known, or neither. */
export type KeyText =
  | { readonly kind: "usable" }
  | { readonly kind: "encrypted"; readonly publicKey: Buffer | undefined }
  | { readonly kind: "unusable"; readonly why: string };

/** Evaluates a private key's text. */
export function evaluateKey(text: string, passphrase: string | undefined): KeyText {
  const key = utils.parseKey(text, passphrase);
  if (key instanceof Error) {
    if (passphrase === undefined && /encrypted/i.test(key.message))
      return { kind: "encrypted", publicKey: publicHalf(text) };
    return { kind: "unusable", why: key.message };
  }
  if (key.isPrivateKey()) return { kind: "usable" };
  return { kind: "unusable", why: "a public key where the private one belongs" };
}

/** The text of a key file. */
export function readKeyFile(path: string): Promise<string> {
  return readFile(homePath(path), "utf8");
}

/** The public key that `ssh-keygen` puts next to a private one, or undefined. */
export async function publicKeyNextTo(path: string): Promise<Buffer | undefined> {
  return publicKeyIn(await readFile(`${homePath(path)}.pub`, "utf8").catch(() => ""));
}

/** The public key of a text that is one, or undefined. */
export function publicKeyIn(text: string): Buffer | undefined {
  const key = utils.parseKey(text);
  return key instanceof Error ? undefined : key.getPublicSSH();
}

const magic = Buffer.from("openssh-key-v1\0");

/** OpenSSH's own format has the public key unencrypted in its head: cipher, KDF, its options, the number of keys, the first of them. */
function publicHalf(text: string): Buffer | undefined {
  const base64 = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]+?)-----END/.exec(text)?.[1] ?? "";
  const blob = Buffer.from(base64, "base64");
  if (!blob.subarray(0, magic.length).equals(magic)) return undefined;
  let at = magic.length;
  const next = () => {
    const end = at + 4 + blob.readUInt32BE(at);
    const part = blob.subarray(at + 4, end);
    at = end;
    return part;
  };
  try {
    for (const _ of ["cipher", "kdf", "options"]) next();
    at += 4;
    const key = next();
    return key.length > 0 ? key : undefined;
  } catch {
    return undefined;
  }
}
