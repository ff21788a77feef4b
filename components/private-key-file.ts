import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { LabError } from "../errors/lab-error";

/**
 * The text of the private key that the configuration names; `~/` is the home of who runs the program.
 *
 * @throws LabError KVM-104
 */
export function readPrivateKey(path: string): string {
  const file = path.startsWith("~/") ? join(homedir(), path.slice(2)) : path;
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
