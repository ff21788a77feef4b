import { chmod, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { execa } from "execa";
import { LabError } from "../../errors/lab-error";
import { exists } from "../../toolchain/cache";
import { ensureDebianPackages } from "../../toolchain/debian-packages";
import type { Progress } from "../../toolchain/progress";
import { encrypt } from "./encryption";
import { manifestFile } from "./manifest";

const packLimitMs = 30 * 60_000;
/** All processors; three quarters of the size that level 1 gives, in twice its time. */
const zstd = { ZSTD_NBTHREADS: "0", ZSTD_CLEVEL: "3", LC_ALL: "C" };

export interface PackOptions {
  readonly force: boolean;
  /** Public keys of those who may read it, or files of such keys; nobody needs one where there is none. */
  readonly encryptTo: readonly string[];
}

/**
 * Writes a save into one file that only its owner may read: a tar that zstd compressed, the manifest first, holes of files left out, and all of
 * it encrypted by age where somebody is named. It is written aside, and gets its name when it is complete.
 *
 * @throws LabError KVM-931 when the file is there, KVM-942 when it cannot be written
 */
export async function packSave(
  folder: string,
  file: string,
  { force, encryptTo }: PackOptions,
  progress: Progress,
): Promise<void> {
  if (!force && (await exists(file))) {
    throw new LabError({
      code: "KVM-931",
      expected: "a file that is not there yet",
      found: file,
      fix: "take another name, or --force to replace it",
    });
  }
  await ensureDebianPackages(["tar", "zstd", ...(encryptTo.length > 0 ? ["age"] : [])], progress);
  const aside = join(dirname(file), `.${basename(file)}.writing-${process.pid}`);
  progress(`compressing it into ${file}`);
  const names = [manifestFile, "--exclude", `./${manifestFile}`, "."];
  const how = ["--create", "--sparse", "--zstd", "--numeric-owner", "--directory", folder, "--file"];
  const removeAside = () => rm(aside, { force: true });
  try {
    // Before anything of it is in there.
    await open(aside, "w", 0o600).then(
      (handle) => handle.close(),
      (error: Error) => {
        throw notPacked(file, error.message);
      },
    );
    await chmod(aside, 0o600);
    if (encryptTo.length === 0) {
      const result = await runTar([...how, aside, ...names]);
      if (result.exitCode !== 0) throw notPacked(file, result.stderr);
    } else {
      const tar = execa("tar", [...how, "-", ...names], { ...tarOptions, stdout: "pipe", buffer: false });
      const complaint = await encrypt(tar, aside, encryptTo);
      if (complaint !== undefined) throw notPacked(file, complaint);
    }
    await rename(aside, file).catch((error: Error) => {
      throw notPacked(file, error.message);
    });
  } catch (error) {
    await removeAside();
    throw error;
  }
}

/** What is in it, a line each, as archive.ts reads it. @throws LabError KVM-942 */
export async function archiveListing(file: string): Promise<string> {
  const how = ["--list", "--verbose", "--zstd", "--numeric-owner", "--quoting-style=escape", "--file", file];
  const result = await runTar(how);
  if (result.exitCode !== 0) throw notUnpacked(file, result.stderr);
  return result.stdout;
}

/** The text of a packed save's manifest, read from its beginning. @throws LabError KVM-942 */
export async function packedManifest(file: string, progress: Progress): Promise<string> {
  await ensureDebianPackages(["tar", "zstd"], progress);
  const how = ["--extract", "--zstd", "--to-stdout", "--occurrence=1", "--file", file, manifestFile];
  const result = await runTar(how);
  // What comes after it may be cut off: that is found when it is unpacked.
  if (result.stdout !== "") return result.stdout;
  throw notUnpacked(file, result.stderr);
}

/** Unpacks all of it into an empty folder. @throws LabError KVM-942 */
export async function unpackSave(file: string, folder: string): Promise<void> {
  const how = [
    ...["--extract", "--zstd", "--sparse", "--no-same-owner", "--no-same-permissions", "--keep-old-files"],
    ...["--file", file, "--directory", folder],
  ];
  const result = await runTar(how);
  if (result.exitCode !== 0) throw notUnpacked(file, result.stderr);
}

const tarOptions = {
  reject: false,
  timeout: packLimitMs,
  stdin: "ignore",
  env: zstd,
  // A manifest lists a few dozen files.
  maxBuffer: 16 * 1024 ** 2,
} as const;

function runTar(args: readonly string[]) {
  return execa("tar", [...args], tarOptions);
}

function notPacked(file: string, said: string): LabError {
  return new LabError({
    code: "KVM-942",
    expected: `the save to be written into ${file}`,
    found: lastLines(said),
    fix: "fix what it says, or name a file on another disk",
  });
}

function notUnpacked(file: string, said: string): LabError {
  return new LabError({
    code: "KVM-942",
    expected: `${file} to be a whole file that ./lab export wrote`,
    found: lastLines(said),
    fix: "copy it again from where it came from; ./lab export NAME FILE writes one",
  });
}

function lastLines(text: string): string {
  return text.trim().split("\n").slice(-3).join("; ") || "no word of why";
}
