import { readFile } from "node:fs/promises";
import { utils } from "ssh2";
import { homePath } from "./home-path";
import { isEncryptedKey, keyHead } from "./key-head";

/** What a private key is good for without anybody who types: it opens by itself, or its public half is known, or neither. */
export type KeyText =
  | { readonly kind: "usable" }
  | { readonly kind: "encrypted"; readonly publicKey: Buffer | undefined }
  | { readonly kind: "unusable"; readonly why: string };

/** Evaluates a private key's text. */
export function evaluateKey(text: string, passphrase: string | undefined): KeyText {
  const key = utils.parseKey(text, passphrase);
  if (key instanceof Error) {
    if (passphrase === undefined && isEncryptedKey(text))
      return { kind: "encrypted", publicKey: keyHead(text)?.publicKey };
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
