const magic = Buffer.from("openssh-key-v1\0");

/** What the head of a private key in OpenSSH's own format tells without its passphrase. */
export interface KeyHead {
  /** `none`, or what the key is encrypted with. */
  readonly cipher: string;
  readonly publicKey: Buffer;
}

/** The head: cipher, KDF, its options, the number of keys, the first public one. Undefined for any other format. */
export function keyHead(text: string): KeyHead | undefined {
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
    const [cipher] = [next(), next(), next()];
    at += 4;
    return { cipher: cipher.toString("latin1"), publicKey: next() };
  } catch {
    return undefined;
  }
}

/** Whether a private key, in OpenSSH's format or in PEM, wants a passphrase. */
export function isEncryptedKey(text: string): boolean {
  const head = keyHead(text);
  if (head !== undefined) return head.cipher !== "none";
  return /^-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(text);
}
