import { createHash, timingSafeEqual } from "node:crypto";

/** A host's public key as SSH carries it. */
export interface HostKey {
  /** Its type as it stands inside the key: `ssh-ed25519`, `ssh-rsa`, `ecdsa-sha2-nistp256` … */
  readonly type: string;
  readonly blob: Buffer;
}

/**
 * Reads `ssh-ed25519 AAAA… comment`, a known_hosts-like line without its host, or the bare base64 part.
 * Undefined when it is no public key.
 */
export function parseHostKey(text: string): HostKey | undefined {
  for (const word of text.trim().split(/\s+/)) {
    if (!/^AAAA[0-9A-Za-z+/]+=*$/.test(word)) continue;
    const blob = Buffer.from(word, "base64");
    const type = keyType(blob);
    if (type !== undefined) return { type, blob };
  }
  return undefined;
}

/** `ssh-ed25519 SHA256:…`, as ssh-keygen -l shows a key. */
export function describeHostKey(blob: Buffer): string {
  const fingerprint = createHash("sha256").update(blob).digest("base64").replace(/=+$/, "");
  return `${keyType(blob) ?? "unknown type"} SHA256:${fingerprint}`;
}

export function sameHostKey(known: HostKey, offered: Buffer): boolean {
  return known.blob.length === offered.length && timingSafeEqual(known.blob, offered);
}

/** The signature algorithms to ask the server for, so that it shows the very key that is known and not another of its keys. */
export function signatureAlgorithms(type: string): string[] {
  return type === "ssh-rsa" ? ["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"] : [type];
}

function keyType(blob: Buffer): string | undefined {
  if (blob.length < 8) return undefined;
  const length = blob.readUInt32BE(0);
  if (length < 4 || length > 64 || blob.length < 4 + length) return undefined;
  const type = blob.toString("latin1", 4, 4 + length);
  return /^[a-z][a-z0-9@.-]+$/.test(type) ? type : undefined;
}
