import { createHash, randomBytes } from "node:crypto";
import { link, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { HostConnection } from "kvmlab-provider/host/host-connection";
import { newKey, publicKeyOf } from "../course/hand-in/sealed";
import { LabError } from "../errors/lab-error";
import { exists } from "../toolchain/cache";
import type { LabStack } from "./lab-stack";

/** What a lab signs its hand-ins with. */
export interface HandInKey {
  readonly pem: string;
  readonly publicKey: string;
}

/**
 * The lab's own key, made when it is first asked for and removed with the lab.
 *
 * @throws LabError KVM-959 when the file is there and is no such key
 */
export async function handInKey({ folder }: LabStack): Promise<HandInKey> {
  const file = join(folder, "hand-in-key");
  if (!(await exists(file))) await makeKey(file);
  const pem = await readFile(file, "utf8");
  try {
    return { pem, publicKey: publicKeyOf(pem) };
  } catch (error) {
    throw new LabError({
      code: "KVM-959",
      expected: `an ed25519 key in ${file}`,
      found: error instanceof Error ? error.message : String(error),
      fix: `rm ${file}; the next ./lab submit makes another one`,
      cause: error,
    });
  }
}

/** Whole or not at all, and by the first of two commands only. */
async function makeKey(file: string): Promise<void> {
  const own = `${file}.${process.pid}-${randomBytes(4).toString("hex")}`;
  await writeFile(own, newKey(), { mode: 0o600 });
  try {
    await link(own, file);
  } catch (error) {
    if (!(await exists(file))) throw error;
  } finally {
    await rm(own);
  }
}

/** What a lab and all copies of it have, and no other one: the key that its storage server got when it was built. */
export function labIdentity({ hostKey = "" }: Pick<HostConnection, "hostKey">): string {
  return createHash("sha256").update(hostKey.split(" ").slice(0, 2).join(" ")).digest("hex").slice(0, 32);
}
