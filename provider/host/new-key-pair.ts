import { utils } from "ssh2";

/** Both parts as OpenSSH writes them. */
export interface KeyPair {
  readonly public: string;
  readonly private: string;
}

/**
 * Makes an ed25519 key pair. ssh2 loses the first byte of a public key where it is zero, as one of 256 is, and nobody can
 * read what it wrote then: such a pair is thrown away.
 */
export function newKeyPair(comment = ""): KeyPair {
  for (;;) {
    const pair = utils.generateKeyPairSync("ed25519", { comment });
    if (!(utils.parseKey(pair.private) instanceof Error)) return pair;
  }
}
