import { readFileSync } from "node:fs";
import { homePath } from "kvmlab-provider/host/home-path";
import { isEncryptedKey } from "kvmlab-provider/host/key-head";
import { LabError } from "../errors/lab-error";

/**
 * The text of the private key that the configuration names; `~/` is the home of who runs the program.
 *
 * @throws LabError KVM-104
 */
export function readPrivateKey(path: string): string {
  const file = homePath(path);
  const text = textOf(file);
  if (!isEncryptedKey(text)) return text;
  throw new LabError({
    code: "KVM-104",
    expected: `a private key without a passphrase in ${file} (config key sshPrivateKeyFile)`,
    found: "an encrypted one",
    fix: `ssh-add ${file}, and leave sshPrivateKeyFile empty in the stack's file: then the SSH agent's keys are used, and no key is in the state`,
  });
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new LabError({
      code: "KVM-104",
      expected: `a private key in ${file} (config key sshPrivateKeyFile)`,
      found: (error as Error).message,
      fix: "correct sshPrivateKeyFile in the stack's file, or the file's permissions",
      cause: error,
    });
  }
}
