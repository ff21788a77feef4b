import { mkdir, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { type ExecaChildProcess, execa } from "execa";
import { LabError } from "../../errors/lab-error";
import { exists } from "../../toolchain/cache";
import { ensureDebianPackages } from "../../toolchain/debian-packages";
import type { Progress } from "../../toolchain/progress";

const limitMs = 30 * 60_000;

/** How every file of age's begins. */
const mark = "age-encryption.org/v1\n";

/**
 * Writes what a program prints into a file, encrypted by age.
 *
 * @param keys public keys of those who may read it, or files of such keys
 * @returns what went wrong; undefined when nothing did
 */
export async function encrypt(
  printing: ExecaChildProcess,
  into: string,
  keys: readonly string[],
): Promise<string | undefined> {
  const named = await Promise.all(
    keys.map(async (key) => [(await exists(key)) ? "--recipients-file" : "--recipient", key]),
  );
  const age = await execa("age", ["--encrypt", ...named.flat(), "--output", into], {
    reject: false,
    timeout: limitMs,
    stdin: printing.stdout ?? "ignore",
  });
  // Without its reader it would wait for ever.
  if (age.exitCode !== 0) printing.kill();
  const { exitCode } = await printing;
  if (age.exitCode !== 0) return age.stderr;
  return exitCode === 0 ? undefined : "what was to be encrypted ended before it was done";
}

/**
 * Has work done with a file as it was before it was encrypted: decrypted into a file that only root may read, and which goes afterwards. One that is not
 * encrypted is taken as it is. The passphrase of one that has one, age asks for at the terminal.
 *
 * @param identities files with private keys
 * @param saves the folder of saves: what a killed import leaves there is cleared away (stored-saves.ts)
 * @throws LabError KVM-942 when it cannot be decrypted
 */
export async function whenDecrypted<Told>(
  file: string,
  identities: readonly string[],
  saves: string,
  progress: Progress,
  work: (file: string) => Promise<Told>,
): Promise<Told> {
  if (!(await isEncrypted(file))) return work(file);
  await ensureDebianPackages(["age"], progress);
  const folder = join(saves, `.decrypted.importing-${process.pid}`);
  await mkdir(folder, { mode: 0o700 });
  try {
    progress("decrypting it");
    const plain = join(folder, "save");
    const keys = identities.flatMap((identity) => ["--identity", identity]);
    const { exitCode, stderr } = await execa("age", ["--decrypt", ...keys, "--output", plain, file], {
      ...{ reject: false, timeout: limitMs, stdin: "ignore" },
    });
    if (exitCode !== 0) throw notDecrypted(file, stderr);
    return await work(plain);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function isEncrypted(file: string): Promise<boolean> {
  const handle = await open(file, "r").catch(() => undefined);
  if (handle === undefined) return false;
  try {
    const { buffer } = await handle.read(Buffer.alloc(mark.length), 0, mark.length, 0);
    return buffer.toString() === mark;
  } finally {
    await handle.close();
  }
}

function notDecrypted(file: string, said: string): LabError {
  return new LabError({
    code: "KVM-942",
    expected: `${file} to be encrypted to you`,
    found: said.trim().split("\n").slice(-3).join("; ") || "no word of why",
    fix: "name the private key that it was encrypted to: ./lab import FILE --identity ~/.ssh/id_ed25519",
  });
}
